package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** More senders than a process may have files and connections open. */
class FewFilesIT {
  private static final int OPEN_FILES = 160;
  private static final int EVENTS = 200;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void connectionsDoNotTakeTheFilesAwayThatWhatTheySendIsWrittenTo() throws Exception {
    List<Socket> idle = new ArrayList<>();
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .yaml("log: {segment: 64KiB}")
                .openFiles(OPEN_FILES)
                .build()
                .start();
        OtlpClient early = new OtlpClient(collector.otlpGrpcPort(), 20_000)) {
      early.send(Otlp.logs("s", List.of("first")));
      for (int i = 0; i < OPEN_FILES; i++) {
        idle.add(new Socket(InetAddress.getLoopbackAddress(), collector.forwardPort()));
      }
      await()
          .atMost(LIMIT)
          .until(() -> collector.metrics().sum("vigia_receiver_malformed_total") > 0);
      for (int i = 0; i < EVENTS; i++) { // some segments
        early.send(Otlp.logs("s", List.of(i + " ".repeat(2_000))));
      }
      assertThat(Http.answersWith(collector.webUrl() + "/readyz", 200)).isTrue();
      for (Socket socket : idle) {
        socket.close();
      }
      await()
          .atMost(LIMIT)
          .ignoreExceptions()
          .untilAsserted(
              () -> {
                try (OtlpClient late = new OtlpClient(collector.otlpGrpcPort(), 5_000)) {
                  late.send(Otlp.logs("s", List.of("last")));
                }
              });
      await().atMost(LIMIT).until(() -> sink.messages().contains("last"));
      assertThat(sink.messages()).hasSizeGreaterThanOrEqualTo(EVENTS + 2);
      assertThat(collector.process().output().lines())
          .noneMatch(line -> line.contains("\tat "))
          .filteredOn(line -> line.contains("receivers.forward"))
          .hasSize(1)
          .allMatch(line -> line.contains("may have " + OPEN_FILES) && line.contains("ulimit -n"));
    } finally {
      for (Socket socket : idle) {
        socket.close();
      }
    }
  }
}
