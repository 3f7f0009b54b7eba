package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.collector.CollectorProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A data stream that rolls over forgets which ids its older indices have: what was on its way at
 * that moment must be looked up, or it would be there twice.
 */
@Isolated("real servers, counted and timed")
@Needs(ELASTICSEARCH)
class RolloverIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final int EVENTS = 50;

  @Test
  void lostAnswerKillAndRolloverLeaveEachEventOnce() throws IOException {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      try (FaultProxy proxy = new FaultProxy(elasticsearch.url(), 1);
          CollectorProcess collector =
              CollectorProcess.builder()
                  .destination("elasticsearch: {url: \"" + proxy.url() + "\"}")
                  .build()
                  .start()) {
        proxy.set(FaultProxy.Fault.CUT_AFTER);
        send(collector, "killed");
        await().atMost(LIMIT).until(() -> queries.count("logs-*", all()) >= EVENTS);
        collector.kill();
        queries.rollover(queries.dataStreams().get(0));
        collector.start(); // still cut: this process loses its answers too
        send(collector, "cut");
        await().atMost(LIMIT).until(() -> queries.count("logs-*", all()) >= 2 * EVENTS);
        queries.rollover(queries.dataStreams().get(0));
        proxy.set(FaultProxy.Fault.NONE);
        send(collector, "after");
        await()
            .atMost(LIMIT)
            .until(
                () ->
                    collector.metrics().sum("vigia_destination_pending_items", "signal", "logs")
                        == 0);
      }
      assertThat(messages(queries)).hasSize(3 * EVENTS).doesNotHaveDuplicates();
    }
  }

  /**
   * A request that waits inside Elasticsearch for its shard outlives the connection and the
   * collector; meanwhile the stream rolls over.
   */
  @Test
  void aRequestStillAtWorkAcrossKillAndRolloverLeavesEachEventOnce() throws IOException {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      try (CollectorProcess collector =
          CollectorProcess.builder()
              .destination("elasticsearch: {url: \"" + elasticsearch.url() + "\"}")
              .build()
              .start()) {
        send(collector, "before");
        await().atMost(LIMIT).until(() -> queries.count("logs-*", all()) >= EVENTS);
        String stream = queries.dataStreams().get(0);
        allocate(elasticsearch, "/_cluster/settings", "cluster", "\"none\"");
        rolloverWithoutShards(elasticsearch, stream);
        send(collector, "stuck");
        await().atMost(LIMIT).until(() -> atWork(elasticsearch));
        collector.kill();
        String current = rolloverWithoutShards(elasticsearch, stream);
        allocate(elasticsearch, "/" + current + "/_settings", "index", "\"all\"");
        assertRefusesToCreateIn(current, elasticsearch);
        collector.start();
        await().atMost(LIMIT).until(() -> collector.process().output().contains("still at work"));
        allocate(elasticsearch, "/_cluster/settings", "cluster", "null");
        await()
            .atMost(LIMIT.plus(LIMIT))
            .until(
                () ->
                    collector.metrics().sum("vigia_destination_pending_items", "signal", "logs")
                        == 0);
      }
      assertThat(messages(queries)).hasSize(2 * EVENTS).doesNotHaveDuplicates();
    }
  }

  /**
   * A request that lay in a proxy while the collector died and started again, and that arrives when
   * its events have been written by the next one and the stream has rolled over.
   */
  @Test
  void aLateRequestAfterKillAndRolloverFindsItsNameGone() throws Exception {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      try (FaultProxy proxy = new FaultProxy(elasticsearch.url(), 1);
          CollectorProcess collector =
              CollectorProcess.builder()
                  .destination("elasticsearch: {url: \"" + proxy.url() + "\", fence: true}")
                  .build()
                  .start()) {
        send(collector, "first");
        awaitCount(queries, EVENTS);
        proxy.hold(true);
        send(collector, "late");
        await().atMost(LIMIT).until(() -> proxy.held() > 0);
        collector.kill();
        proxy.hold(false);
        collector.start();
        awaitCount(queries, 2 * EVENTS);
        queries.rollover(queries.dataStreams().get(0));
        assertThat(proxy.deliverHeld())
            .isNotEmpty()
            .allMatch(answer -> answer.contains("is not an alias"));
        send(collector, "after");
        awaitCount(queries, 3 * EVENTS);
        assertThat(collector.terminate(LIMIT)).isZero();
      }
      assertThat(messages(queries)).hasSize(3 * EVENTS).doesNotHaveDuplicates();
      assertThat(Http.get(elasticsearch.url() + "/_alias/*.vigia.*").body())
          .doesNotContain(".vigia.");
    }
  }

  /** The stream is made before its shard: a question in between gets no answer. */
  private static void awaitCount(ElasticsearchQueries queries, int count) {
    await()
        .atMost(LIMIT.plus(LIMIT))
        .ignoreExceptions()
        .until(() -> queries.count("logs-*", all()) >= count);
  }

  /** Why the index of a first try cannot be named in the next. */
  private static void assertRefusesToCreateIn(String backingIndex, Elasticsearch elasticsearch) {
    HttpResponse<String> answer =
        Http.request(
            "PUT",
            elasticsearch.url() + "/" + backingIndex + "/_create/x",
            "{\"@timestamp\":\"2026-11-21T00:00:00Z\"}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("op_type=create targeting backing indices is disallowed");
  }

  /** Starts a new backing index, whose shards are not waited for, and returns its name. */
  private static String rolloverWithoutShards(Elasticsearch elasticsearch, String stream) {
    return Http.json(
            elasticsearch.url() + "/" + stream + "/_rollover?wait_for_active_shards=0", "{}")
        .path("new_index")
        .asText();
  }

  private static void allocate(
      Elasticsearch elasticsearch, String path, String scope, String what) {
    String setting = "{\"" + scope + ".routing.allocation.enable\":" + what + "}";
    String body = scope.equals("cluster") ? "{\"persistent\":" + setting + "}" : setting;
    assertThat(Http.request("PUT", elasticsearch.url() + path, body).statusCode()).isEqualTo(200);
  }

  private static boolean atWork(Elasticsearch elasticsearch) {
    return Http.get(elasticsearch.url() + "/_tasks?actions=indices:data/write/bulk*")
        .body()
        .contains("\"vigia ");
  }

  private static List<String> messages(ElasticsearchQueries queries) {
    List<String> messages = new ArrayList<>();
    queries.forEach(
        "logs-*",
        all(),
        "message",
        hit -> messages.add(hit.path("_source").path("message").asText()));
    return messages;
  }

  private static String all() {
    return ElasticsearchQueries.ALL;
  }

  private static void send(CollectorProcess collector, String word) {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      messages.add(word + " " + i);
    }
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 60_000)) {
      client.send(Otlp.logs("rollover", messages));
    }
  }
}
