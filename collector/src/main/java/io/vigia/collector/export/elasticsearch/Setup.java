package io.vigia.collector.export.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.rest_client.RestClientTransport;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.Endpoint;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.http.Header;
import org.apache.http.HttpHost;
import org.apache.http.message.BasicHeader;
import org.elasticsearch.client.RestClient;
import org.elasticsearch.client.RestClientBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the templates are there before the first document is: without them the first
 * document would make an index of guessed types. Runs on a thread of its own, at most one at a
 * time, again for each batch until it worked once. An account that may write but not manage
 * templates is no reason to wait: then they are somebody else's care.
 */
final class Setup {
  private static final Logger log = LoggerFactory.getLogger(Setup.class);

  private final Endpoint endpoint;
  private final ElasticsearchAuth auth;
  private final String dataset;
  private final String retention;
  private final Set<Signal> signals;
  private final Object lock = new Object();
  private CompletableFuture<Void> attempt = CompletableFuture.failedFuture(new IOException("new"));
  private long nextAttemptNanos = System.nanoTime();

  Setup(
      Endpoint endpoint,
      ElasticsearchAuth auth,
      String dataset,
      String retention,
      Set<Signal> signals) {
    this.endpoint = endpoint;
    this.auth = auth;
    this.dataset = dataset;
    this.retention = retention;
    this.signals = signals;
  }

  /** Completes when the templates are there; fails when the last attempt did. */
  CompletableFuture<Void> ready() {
    synchronized (lock) {
      if (attempt.isCompletedExceptionally() && System.nanoTime() - nextAttemptNanos >= 0) {
        nextAttemptNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        CompletableFuture<Void> current = new CompletableFuture<>();
        attempt = current;
        Thread thread = new Thread(() -> run(current), "vigia-elasticsearch-setup");
        thread.setDaemon(true);
        thread.start();
      }
      return attempt;
    }
  }

  private void run(CompletableFuture<Void> result) {
    try {
      install();
      result.complete(null);
    } catch (ElasticsearchException e) {
      if (e.status() == 403) {
        log.warn(
            "not allowed to put index templates into {}; documents are written as they are: {}",
            endpoint,
            e.getMessage());
        result.complete(null);
      } else {
        result.completeExceptionally(e);
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      result.completeExceptionally(e);
    }
  }

  private void install() throws IOException {
    HttpHost host =
        new HttpHost(endpoint.host(), endpoint.port(), endpoint.tls() ? "https" : "http");
    RestClientBuilder builder =
        RestClient.builder(host)
            .setRequestConfigCallback(c -> c.setConnectTimeout(5_000).setSocketTimeout(30_000));
    String path = endpoint.path();
    if (!path.isEmpty() && path.indexOf('?') < 0) {
      builder.setPathPrefix(path);
    }
    String header = auth.header();
    String authorization = header == null ? endpoint.authorization() : header;
    if (authorization != null) {
      builder.setDefaultHeaders(new Header[] {new BasicHeader("Authorization", authorization)});
    }
    try (RestClientTransport transport =
        new RestClientTransport(builder.build(), new JacksonJsonpMapper())) {
      new Templates(new ElasticsearchClient(transport), dataset, retention).install(signals);
    }
  }
}
