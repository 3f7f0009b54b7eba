package io.vigia.agent.extension.logs;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.vigia.agent.extension.logs.StdoutQuestion.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StdoutQuestionTest {

  @Test
  void answerIsUnderstood() throws Exception {
    HttpServer collector = answering(200, "{\"on\":true,\"reads\":true,\"seen\":true}");
    try {
      URI http = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
      assertThat(new StdoutQuestion(http, true, "uid", "app").ask("order 17"))
          .isEqualTo(Answer.SEEN);
    } finally {
      collector.stop(0);
    }
  }

  /** The exporter may trust a certificate of which only upstream's configuration file knows. */
  @Test
  void whoCannotBeAskedByTlsReadsNothing() throws Exception {
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread answers = new Thread(() -> answerInPlainText(plain), "plain");
      answers.setDaemon(true);
      answers.start();
      URI https = URI.create("https://127.0.0.1:" + plain.getLocalPort());
      StdoutQuestion question = new StdoutQuestion(https, false, "uid", null);
      assertThat(question.ask(null)).isEqualTo(Answer.UNKNOWN);
      assertThat(IntStream.range(0, 25).mapToObj(i -> question.ask(null))).endsWith(Answer.OFF);
    }
  }

  /** A token that is not there yet may come; who never takes any is not waited for. */
  @Test
  void whoDoesNotTakeTheCredentialsIsAskedAgainButNotForEver() throws Exception {
    HttpServer collector = answering(401, "");
    try {
      URI http = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
      StdoutQuestion question = new StdoutQuestion(http, false, "uid", null);
      assertThat(question.ask(null)).isEqualTo(Answer.UNKNOWN);
      assertThat(IntStream.range(0, 25).mapToObj(i -> question.ask(null))).endsWith(Answer.OFF);
    } finally {
      collector.stop(0);
    }
  }

  private static HttpServer answering(int status, String text) throws IOException {
    HttpServer collector =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    byte[] answer = text.getBytes(StandardCharsets.UTF_8);
    collector.createContext(
        "/stdout",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(status, answer.length == 0 ? -1 : answer.length);
            exchange.getResponseBody().write(answer);
          }
        });
    collector.start();
    return collector;
  }

  private static void answerInPlainText(ServerSocket server) {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        if (socket.getInputStream().read(new byte[1 << 16]) > 0) {
          socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
        }
      } catch (IOException e) {
        continue; // closed by one side or the other
      }
    }
  }

  /** A collector may come back; one of which only the gRPC port is known may have no other. */
  @Test
  void whoNeverAnswersWhereItIsOnlyGuessedReadsNothing() {
    URI nobody = URI.create("http://127.0.0.1:1");
    StdoutQuestion known = new StdoutQuestion(nobody, false, "uid", null);
    StdoutQuestion guessed = new StdoutQuestion(nobody, true, "uid", null);
    assertThat(IntStream.range(0, 25).mapToObj(i -> known.ask(null))).containsOnly(Answer.UNKNOWN);
    assertThat(guessed.ask(null)).isEqualTo(Answer.UNKNOWN);
    assertThat(IntStream.range(0, 25).mapToObj(i -> guessed.ask(null))).endsWith(Answer.OFF);
  }
}
