package io.vigia.tests.backends;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static io.vigia.tests.backends.Backend.JAEGER;
import static io.vigia.tests.backends.Backend.PROMETHEUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Http;
import io.vigia.tests.client.JaegerQueries;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.client.PrometheusQueries;
import io.vigia.tests.collector.CollectorProcess;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The harness itself: each real server starts, takes data, answers, and comes back. */
class BackendsIT {
  @Test
  @Needs(ELASTICSEARCH)
  void elasticsearchKeepsDocumentsAcrossAKill() {
    try (Elasticsearch server = new Elasticsearch()) {
      server.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(server.url());
      HttpResponse<String> put =
          Http.request("PUT", server.url() + "/harness/_create/1?refresh=true", "{\"a\":1}");
      assertThat(put.statusCode()).isEqualTo(201);
      HttpResponse<String> again =
          Http.request("PUT", server.url() + "/harness/_create/1", "{\"a\":1}");
      assertThat(again.statusCode()).isEqualTo(409);

      server.kill();
      assertThat(Http.answersWith(server.url() + "/_cluster/health", 200)).isFalse();
      server.start();

      await()
          .ignoreExceptions()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(
              () -> assertThat(queries.count("harness", ElasticsearchQueries.ALL)).isEqualTo(1));
    }
  }

  @Test
  @Needs(PROMETHEUS)
  void prometheusScrapesAndAnswers() {
    try (Prometheus server = new Prometheus()) {
      URI self = URI.create(server.url());
      server.scraping(self.getAuthority()).start();
      PrometheusQueries queries = new PrometheusQueries(server.url());
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(queries.sum("up{job=\"scrape\"}")).isEqualTo(1));
      HttpResponse<String> remoteWrite = Http.post(server.remoteWriteUrl(), new byte[] {1, 2});
      assertThat(remoteWrite.statusCode()).as("the receiver is on").isEqualTo(400);
    }
  }

  @Test
  @Needs(JAEGER)
  void jaegerTakesOtlpAndForgetsNothingWhilePaused() {
    try (Jaeger server = new Jaeger()) {
      server.start();
      int port = URI.create(server.otlpUrl()).getPort();
      try (OtlpClient client = new OtlpClient(port, 10_000)) {
        client.send(Otlp.spans("harness", List.of(new long[] {7, 9})));
      }
      server.pause();
      server.resume();
      JaegerQueries queries = new JaegerQueries(server.queryUrl());
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> assertThat(queries.services()).contains("harness"));
      assertThat(queries.trace("00000000000000070000000000000009"))
          .hasValueSatisfying(
              trace -> assertThat(JaegerQueries.servicesOf(trace)).containsExactly("harness"));
      assertThat(queries.trace("00000000000000070000000000000008")).isEmpty();
    }
  }

  /** As to a Jaeger before 1.35, which knew nothing of OTLP. */
  @Test
  @Needs(JAEGER)
  void jaegerTakesItsOwnOldProtocolFromTheCollector() throws Exception {
    try (Jaeger server = new Jaeger()) {
      server.start();
      try (CollectorProcess collector =
          CollectorProcess.builder()
              .destination(
                  "jaeger: {protocol: api_v2, endpoint: \"http://" + server.collectorGrpc() + "\"}")
              .build()
              .start()) {
        try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
          client.send(Otlp.spans("old", List.of(new long[] {7, 9}, new long[] {7, 10})));
        }
        JaegerQueries queries = new JaegerQueries(server.queryUrl());
        await()
            .atMost(Duration.ofSeconds(20))
            .untilAsserted(
                () ->
                    assertThat(queries.trace("00000000000000070000000000000009"))
                        .hasValueSatisfying(
                            trace ->
                                assertThat(JaegerQueries.servicesOf(trace))
                                    .containsExactly("old")));
      }
    }
  }
}
