package io.vigia.agent.extension.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedactorTest {

  private final Redactor redactor = new Redactor(false);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "https://h/p?a=1&password=hunter2&b=2 | https://h/p?a=1&password=[redacted]&b=2",
        "access_token=abc.def; x | access_token=[redacted]; x",
        "?token=abc | ?token=[redacted]",
        "login failed, password: hunter2 | login failed, password: [redacted]",
        "{\"password\":\"hunter2\",\"user\":\"a\"} | {\"password\":\"[redacted]\",\"user\":\"a\"}",
        "Authorization: Bearer eyJhbGciOi.J9.x-_~ | Authorization: Bearer [redacted]",
        "authorization=Basic dXNlcjpwYXNz | authorization=Basic [redacted]",
        "Cookie: JSESSIONID=1; theme=dark | Cookie: [redacted]",
        "jdbc:postgresql://bob:secret1@db/x | jdbc:postgresql://bob:[redacted]@db/x",
        "apiKey=12345678 and api_key: 9 | apiKey=[redacted] and api_key: [redacted]",
        "client_secret=x password=y | client_secret=[redacted] password=[redacted]",
      })
  void secretsInTextAreReplaced(String text, String clean) {
    assertThat(redactor.text(text)).isEqualTo(clean);
    assertThat(redactor.text(clean)).as("twice is once").isEqualTo(clean);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "order 7 taken: 3 items",
        "tokens: 512, max_tokens=100",
        "the password was wrong",
        "http://host:8080/path@v2",
        "basic setup done: ok",
        "paid with 4111 1111 1111 1111",
      })
  void restIsLeftAlone(String text) {
    assertThat(redactor.text(text)).isSameAs(text);
  }

  @Test
  void cardNumbersAreReplacedWhenAskedAndOnlyIfTheyCanBeOnes() {
    Redactor cards = new Redactor(true);
    assertThat(cards.text("paid with 4111 1111 1111 1111.")).isEqualTo("paid with [redacted].");
    assertThat(cards.text("order 4111111111111112, epoch 1700000000000000000"))
        .isEqualTo("order 4111111111111112, epoch 1700000000000000000");
  }

  @Test
  void attributesWithSecretNamesLoseTheirValues() {
    Attributes attributes =
        Attributes.builder()
            .put("http.request.header.authorization", "Bearer x", "y")
            .put("db.password", "p")
            .put("url.query", "q=1&api_key=k")
            .put("gen_ai.usage.tokens", 5)
            .put("customer", "c-42")
            .build();
    Attributes clean = redactor.attributes(attributes);
    assertThat(clean.get(AttributeKey.stringArrayKey("http.request.header.authorization")))
        .isEqualTo(List.of("[redacted]", "[redacted]"));
    assertThat(clean.get(AttributeKey.stringKey("db.password"))).isEqualTo("[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("url.query"))).isEqualTo("q=1&api_key=[redacted]");
    assertThat(clean.get(AttributeKey.stringKey("customer"))).isEqualTo("c-42");
    assertThat(redactor.attributes(Attributes.empty())).isSameAs(Attributes.empty());
  }

  @Test
  void longTextCostsNoStall() {
    String text = "x:".repeat(500_000) + " password=hunter2";
    long started = System.nanoTime();
    redactor.text(text);
    assertThat(System.nanoTime() - started).isLessThan(2_000_000_000L);
  }
}
