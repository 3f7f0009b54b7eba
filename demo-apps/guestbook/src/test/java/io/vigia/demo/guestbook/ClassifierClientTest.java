package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.demo.guestbook.ClassifierClient.Answer;
import io.vigia.demo.guestbook.ClassifierClient.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClassifierClientTest {
  private static final byte[] PICTURE = "GIF89a...".getBytes(StandardCharsets.US_ASCII);
  private StubClassifier stub;

  @BeforeEach
  void start() throws IOException {
    stub = new StubClassifier();
  }

  @AfterEach
  void stop() {
    stub.close();
  }

  @Test
  void pictureGoesAsFormFieldAndItsClassComesBack() {
    Answer answer = client(5_000).classify(PICTURE, ImageType.GIF);

    assertThat(answer).isEqualTo(Answer.named("dog", 0.97));
    assertThat(stub.received())
        .contains("name=\"img\"", "Content-Type: image/gif\r\n\r\nGIF89a...\r\n--")
        .endsWith("--\r\n");
  }

  @Test
  void refusalAndFailureAreToldApart() {
    stub.answers(422, "no picture");
    assertThat(client(5_000).classify(PICTURE, ImageType.GIF).outcome()).isEqualTo(Outcome.REFUSED);
    stub.answers(500, "");
    assertThat(client(5_000).classify(PICTURE, ImageType.GIF).outcome()).isEqualTo(Outcome.FAILED);
    stub.answers(200, "<html>some other server</html>");
    assertThat(client(5_000).classify(PICTURE, ImageType.GIF).outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void classifierThatStopsAfterItsHeadersIsLeftAtTheTimeout() {
    stub.hangs();
    long start = System.nanoTime();

    Answer answer = client(200).classify(PICTURE, ImageType.GIF);

    assertThat(answer).isEqualTo(Answer.without(Outcome.TIMEOUT, "the classifier took too long"));
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void absentClassifierIsANote() throws IOException {
    int unused;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }
    var client =
        new ClassifierClient(
            URI.create("http://127.0.0.1:" + unused + "/predict"), Duration.ofSeconds(5));

    assertThat(client.classify(PICTURE, ImageType.GIF).outcome()).isEqualTo(Outcome.UNREACHABLE);
  }

  private ClassifierClient client(int timeoutMillis) {
    return new ClassifierClient(stub.url(), Duration.ofMillis(timeoutMillis));
  }
}
