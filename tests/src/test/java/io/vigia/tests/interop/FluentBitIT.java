package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Fluent Bit before and behind the collector, when there is one on the PATH. */
class FluentBitIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int COUNT = 200;

  @TempDir private Path folder;
  private final int port = Ports.free();

  @BeforeEach
  void needsFluentBit() {
    Tool.FLUENT_BIT.assume();
  }

  private ChildProcess start(String pipeline) throws IOException {
    String config = "service: {flush: 0.2, http_server: off}\npipeline:\n" + pipeline;
    Path file = Files.writeString(folder.resolve("fluent-bit.yaml"), config);
    ChildProcess fluentBit =
        Tool.FLUENT_BIT.start(List.of("-c", file.toString()), folder.resolve("output"));
    fluentBit.awaitReady(() -> Ports.isOpen(port), LIMIT);
    return fluentBit;
  }

  private static List<String> messages() {
    return IntStream.range(0, COUNT).mapToObj(i -> "fluent-bit " + i).toList();
  }

  private static void send(int port) throws IOException {
    try (ForwardClient client = new ForwardClient(port, 30_000)) {
      for (int i = 0; i < COUNT; i += 20) {
        List<Map<String, String>> events =
            messages().subList(i, i + 20).stream().map(text -> Map.of("message", text)).toList();
        client.send("app.web", "chunk" + i, events);
      }
    }
  }

  @Test
  void whatFluentBitForwardsArrivesOnceAndIsAcknowledged() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .build()
                .start();
        ChildProcess fluentBit =
            start(
                """
                  inputs: [{name: forward, listen: 127.0.0.1, port: %d}]
                  outputs: [{name: forward, match: '*', host: 127.0.0.1, port: %d, require_ack_response: on}]
                """
                    .formatted(port, collector.forwardPort()))) {
      send(port);
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(messages()));
      fluentBit.terminate(LIMIT); // sends again what it believes unsent
      assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(messages());
      assertThat(fluentBit.output()).doesNotContain("[error]").doesNotContain("retry");
    }
  }

  @Test
  void fluentBitAcknowledgesWhatTheCollectorForwards() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        ChildProcess fluentBit =
            start(
                """
                  inputs: [{name: forward, listen: 127.0.0.1, port: %d}]
                  outputs: [{name: es, match: 'back.*', host: 127.0.0.1, port: %d, suppress_type_name: on, generate_id: on, write_operation: create}]
                """
                    .formatted(port, java.net.URI.create(sink.url()).getPort()));
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination(
                    "forward: {address: \"127.0.0.1:%d\", tag: back.vigia}".formatted(port))
                .build()
                .start()) {
      send(collector.forwardPort());
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  collector.metrics().sum("vigia_destination_delivered_items_total") == COUNT
                      && collector.metrics().sum("vigia_destination_pending_items") == 0);
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(messages()));
      assertThat(fluentBit.isAlive()).isTrue();
    }
  }
}
