package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two collectors in one data directory, each with a name of its own. */
class AdoptionIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @Test
  void whatACrashedNeighbourLeftIsDeliveredOnceAndItsDirectoryIsRemoved() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess one = collector(sink, "one", null).start();
        CollectorProcess two = collector(sink, "two", one.data()).start()) {
      sink.failWith(503);
      send(one, "first", "second");
      send(two, "third");
      one.kill();
      sink.failWith(0);
      assertDeliveredOnceByTheNeighbour(sink, one, two);
    }
  }

  @Test
  void whatAStoppedNeighbourCouldNotDeliverIsDeliveredOnceAndItsDirectoryIsRemoved()
      throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess one = collector(sink, "one", null).start();
        CollectorProcess two = collector(sink, "two", one.data()).start()) {
      sink.failWith(503);
      send(one, "first", "second");
      send(two, "third");
      assertThat(one.metrics().sum("vigia_destination_pending_items")).isEqualTo(2);
      assertThat(one.terminate(SOON)).as(one.process().output()).isZero();
      assertThat(sink.messages()).isEmpty();
      sink.failWith(0);
      assertDeliveredOnceByTheNeighbour(sink, one, two);
    }
  }

  @Test
  void anOwnerThatComesBackGetsItsDirectoryFromTheOneThatAdoptedIt() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess one = collector(sink, "one", null).start();
        CollectorProcess two = collector(sink, "two", one.data()).start()) {
      sink.failWith(503);
      send(one, "first");
      one.kill();
      await()
          .atMost(SOON)
          .until(() -> two.process().output().contains("delivering what instance one left"));
      assertThat(two.metrics().sum("vigia_destination_pending_items")).isEqualTo(1);

      one.start();
      assertThat(two.process().output()).contains("instance one is back");
      send(one, "second");
      sink.failWith(0);
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> assertThat(sink.messages()).containsExactlyInAnyOrder("first", "second"));
      assertThat(sink.duplicates()).isZero();
      assertThat(state(one, "one")).exists();
    }
  }

  @Test
  void whatNoDestinationHereTakesIsKept() throws IOException {
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess one = collector(sink, "one", null).start()) {
      send(one, "first");
      await().atMost(SOON).until(() -> sink.messages().equals(List.of("first")));
      one.kill();
      try (CollectorProcess two =
          CollectorProcess.builder()
              .data(one.data())
              .yaml("instance: two\nadoptAfter: 1s")
              .destination("other: {type: elasticsearch, url: \"" + sink.url() + "\"}")
              .build()
              .start()) {
        await()
            .atMost(SOON)
            .until(
                () ->
                    two.process()
                        .output()
                        .contains("the destination elasticsearch (not configured here)"));
        assertThat(state(one, "one").resolve("log/logs")).isNotEmptyDirectory();
      }
    }
  }

  private static void assertDeliveredOnceByTheNeighbour(
      FakeElasticsearch sink, CollectorProcess one, CollectorProcess two) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(sink.messages()).containsExactlyInAnyOrder("first", "second", "third"));
    // said when it is gone
    await()
        .atMost(SOON)
        .until(
            () ->
                two.process()
                    .output()
                    .contains("instance one: all is delivered, its directory is removed"));
    assertThat(two.process().output()).contains("delivering what instance one left");
    assertThat(state(one, "one")).doesNotExist();
    assertThat(state(one, "two")).exists();
    assertThat(sink.duplicates()).isZero();
  }

  private static CollectorProcess collector(
      FakeElasticsearch sink, String instance, @Nullable Path data) {
    CollectorProcess.Builder builder =
        CollectorProcess.builder()
            .yaml("instance: " + instance + "\nadoptAfter: 1s")
            .destination("elasticsearch: {url: \"" + sink.url() + "\"}");
    return (data == null ? builder : builder.data(data)).build();
  }

  private static void send(CollectorProcess collector, String... messages) throws IOException {
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      client.send(Otlp.logs("adoption", List.of(messages)));
    }
  }

  private static Path state(CollectorProcess collector, String instance) {
    return collector.data().resolve("state").resolve(instance);
  }
}
