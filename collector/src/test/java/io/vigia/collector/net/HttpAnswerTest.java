package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpAnswerTest {
  private static HttpAnswer answer(HttpHeaders headers, String body) {
    return new HttpAnswer(503, headers, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aDateToComeAgainIsOfTheClockOfWhoSaysIt() {
    HttpHeaders headers =
        new DefaultHttpHeaders()
            .set("date", "Sat, 21 Nov 2020 10:00:00 GMT")
            .set("retry-after", "Sat, 21 Nov 2020 10:02:00 GMT");
    assertThat(answer(headers, "").retryAfterMillis()).isEqualTo(120_000);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "text/html; charset=utf-8 | <html> | true",
        "Text/HTML | '' | true",
        "'' | Client sent an HTTP request to an HTTPS server. | true",
        "text/plain | Bad Request This combination of host and port requires TLS. | true",
        "text/plain; charset=utf-8 | out of order sample | false",
        "application/json | {} | false",
        "'' | '' | false"
      })
  void whoSaysItIsToldByItsForm(String type, String body, boolean aboutTheWay) {
    HttpHeaders headers = new DefaultHttpHeaders();
    if (!type.isEmpty()) {
      headers.set("content-type", type);
    }
    assertThat(answer(headers, body).isAboutTheWay()).isEqualTo(aboutTheWay);
  }
}
