package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A real Fluentd before and behind the collector. Fluentd keeps what is not acknowledged and sends
 * it again, so that each event once means that the acknowledgements are understood.
 */
class FluentdIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int COUNT = 200;

  @TempDir private Path folder;
  private final int port = Ports.free();

  private ChildProcess start(String config) throws IOException {
    Path file = Files.writeString(folder.resolve("fluent.conf"), config);
    ChildProcess fluentd =
        Tool.FLUENTD.start(
            List.of("-c", file.toString(), "--no-supervisor", "-q"), folder.resolve("output"));
    fluentd.awaitReady(this::listens, LIMIT);
    return fluentd;
  }

  private boolean listens() {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static List<String> messages() {
    return IntStream.range(0, COUNT).mapToObj(i -> "fluentd " + i).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text", "gzip"})
  void whatFluentdForwardsArrivesOnceAndIsAcknowledged(String compress) throws IOException {
    Tool.FLUENTD.assume();
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + sink.url() + "\"}")
                .build()
                .start();
        ChildProcess fluentd =
            start(
                """
                <source>
                  @type forward
                  bind 127.0.0.1
                  port %d
                </source>
                <match app.**>
                  @type forward
                  require_ack_response true
                  ack_response_timeout 30s
                  compress %s
                  <server>
                    host 127.0.0.1
                    port %d
                  </server>
                  <buffer tag>
                    flush_mode immediate
                  </buffer>
                </match>
                """
                    .formatted(port, compress, collector.forwardPort()))) {
      try (ForwardClient client = new ForwardClient(port, 30_000)) {
        for (int i = 0; i < COUNT; i += 20) {
          List<Map<String, String>> events =
              messages().subList(i, i + 20).stream()
                  .map(message -> Map.of("message", message, "level", "INFO"))
                  .toList();
          client.send("app.web", "chunk" + i, events);
        }
      }
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(messages()));
      fluentd.terminate(LIMIT); // flushes what it believes unsent
      assertThat(sink.messages()).containsExactlyInAnyOrderElementsOf(messages());
      assertThat(fluentd.output()).doesNotContain("no response").doesNotContain("retry");
    }
  }

  @Test
  void fluentdAcknowledgesWhatTheCollectorForwardsWithKeyUserAndGzip() throws IOException {
    Tool.FLUENTD.assume();
    Path key = Files.writeString(folder.resolve("key"), "s3cret\n");
    Path password = Files.writeString(folder.resolve("password"), "open sesame\n");
    try (ChildProcess fluentd =
            start(
                """
                <source>
                  @type forward
                  bind 127.0.0.1
                  port %d
                  <security>
                    self_hostname there
                    shared_key s3cret
                    user_auth true
                    <user>
                      username vigia
                      password open sesame
                    </user>
                  </security>
                </source>
                <match back.**>
                  @type stdout
                  <format>
                    @type json
                  </format>
                </match>
                """
                    .formatted(port));
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination(
                    "forward: {address: \"127.0.0.1:%d\", tag: back.vigia, gzip: true, sharedKeyFile: \"%s\", username: vigia, passwordFile: \"%s\"}"
                        .formatted(port, key, password))
                .build()
                .start()) {
      try (ForwardClient client = new ForwardClient(collector.forwardPort(), 30_000)) {
        for (int i = 0; i < COUNT; i++) {
          client.send("app.web", "c" + i, List.of(Map.of("message", messages().get(i))));
        }
      }
      await()
          .atMost(LIMIT)
          .until(
              () ->
                  collector.metrics().sum("vigia_destination_delivered_items_total") == COUNT
                      && collector.metrics().sum("vigia_destination_pending_items") == 0);
      Pattern message = Pattern.compile("\"message\":\"(fluentd \\d+)\"");
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(
                          message
                              .matcher(fluentd.output())
                              .results()
                              .map((MatchResult found) -> found.group(1)))
                      .containsExactlyInAnyOrderElementsOf(messages()));
    }
  }
}
