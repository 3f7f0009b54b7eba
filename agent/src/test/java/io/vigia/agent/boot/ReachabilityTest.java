package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReachabilityTest {

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, true, reachable",
    "HTTP/1.1 401 Unauthorized, false, credentials",
    "HTTP/1.0 404 Not Found, false, not an OTLP receiver",
    "HTTP/1.1 503 Service Unavailable, true, overloaded",
    "SSH-2.0-OpenSSH, false, not HTTP",
    "'', false, closes",
  })
  void answerIsPutIntoWords(String line, boolean ok, String words) {
    Reachability.Result result = Reachability.ofStatusLine(line);
    assertThat(result.isOk()).isEqualTo(ok);
    assertThat(result.detail()).contains(words);
  }

  @Test
  void realServersAreToldApart() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Thread thread = new Thread(() -> answerOnce(server));
      thread.start();
      URI url = URI.create("http://127.0.0.1:" + server.getLocalPort());
      assertThat(Reachability.otlp(url, false).isOk()).isTrue();
      thread.join();
      assertThat(Reachability.otlp(url, false).detail()).contains("no answer");
    }
    assertThat(Reachability.otlp(URI.create("http://127.0.0.1:1"), false).detail())
        .contains("refused");
    assertThat(Reachability.otlp(URI.create("http://no-such-host.invalid:4318"), false).detail())
        .contains("cannot be resolved");
  }

  private static void answerOnce(ServerSocket server) {
    try (Socket socket = server.accept()) {
      socket.getInputStream().read(new byte[4096]);
      socket
          .getOutputStream()
          .write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
