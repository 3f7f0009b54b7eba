package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.TlsFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Elasticsearch (which has no TLS of its own here) behind TLS. */
@Needs(ELASTICSEARCH)
class ElasticsearchTlsIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  @TempDir private Path folder;

  @Test
  void documentsGoToAServerThatIsTrustedAndToNoOther() throws Exception {
    TlsFiles server = TlsFiles.make(Files.createDirectory(folder.resolve("server")));
    TlsFiles other = TlsFiles.make(Files.createDirectory(folder.resolve("other")));
    Path key = Files.writeString(folder.resolve("api-key"), "dmlnaWE6c2VjcmV0\n");
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      ElasticsearchQueries queries = new ElasticsearchQueries(elasticsearch.url());
      try (FaultProxy proxy = new FaultProxy(elasticsearch.url(), 1, server.context())) {
        try (CollectorProcess wrong =
            start(proxy, "tls: {ca: " + other.certificate() + "}, apiKeyFile: " + key)) {
          send(wrong, "never sent");
          await()
              .atMost(LIMIT)
              .until(
                  () ->
                      wrong.process().output().contains("not from an authority")
                          && wrong.process().output().contains("tls.ca"));
          assertThat(proxy.bulkRequests()).isZero();
          assertThat(wrong.process().output()).doesNotContain("dmlnaWE6c2VjcmV0");
        }
        try (CollectorProcess right =
            start(proxy, "tls: {ca: " + server.certificate() + "}, apiKeyFile: " + key)) {
          send(right, "trusted");
          await().atMost(LIMIT).until(() -> queries.count("logs-*", message("trusted")) == 1);
          assertThat(proxy.authorization()).isEqualTo("ApiKey dmlnaWE6c2VjcmV0");
          assertThat(right.process().output()).doesNotContain("any certificate is taken");
        }
        try (CollectorProcess trial = start(proxy, "tls: {insecure: true}")) {
          assertThat(trial.process().output())
              .contains("any certificate is taken (tls.insecure: true)");
          send(trial, "anybody");
          await().atMost(LIMIT).until(() -> queries.count("logs-*", message("anybody")) == 1);
          assertThat(proxy.authorization()).isEmpty();
        }
      }
      assertThat(queries.count("logs-*", ElasticsearchQueries.ALL)).isEqualTo(2);
    }
  }

  private static String message(String text) {
    return "{\"match\":{\"message\":\"" + text + "\"}}";
  }

  private static CollectorProcess start(FaultProxy proxy, String settings) {
    return CollectorProcess.builder()
        .destination("elasticsearch: {url: \"" + proxy.url() + "\", " + settings + "}")
        .build()
        .start();
  }

  private static void send(CollectorProcess collector, String text) {
    try (OtlpClient client = new OtlpClient(collector.otlpGrpcPort(), 10_000)) {
      client.send(Otlp.logs("tls", List.of(text)));
    }
  }
}
