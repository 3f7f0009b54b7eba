package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.agent.programs.Web;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Point 9: the switches of what is left out. */
class RedactionIT {

  @ParameterizedTest
  @CsvSource({
    "VIGIA_REDACT=false, password=hunter2, password=hunter2",
    "VIGIA_REDACT=true, card=4111111111111111, card=4111111111111111",
    "VIGIA_REDACT_CARDS=true, card=4111111111111111, card=[redacted]",
  })
  void redactionIsSwitchedOffAndCardNumbersAreSwitchedOn(String setting, String asked, String sent)
      throws Exception {
    String[] nameAndValue = setting.split("=");
    try (Receiver receiver = Receiver.start();
        Jvm web =
            Jvm.of(Web.class, "logback", "slf4j-api")
                .sendingTo(receiver)
                .environment(nameAndValue[0], nameAndValue[1])
                .start()) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/pay?" + asked);
      await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> !receiver.spans.isEmpty() && receiver.logs().size() >= 2);
      assertThat(receiver.spans.toString()).contains("\"" + sent + "\"");
      assertThat(receiver.logs())
          .extracting(log -> log.get("message"))
          .contains("asked with " + sent);
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
    }
  }

  private static void get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
  }
}
