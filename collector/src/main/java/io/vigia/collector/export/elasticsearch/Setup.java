package io.vigia.collector.export.elasticsearch;

import co.elastic.clients.elasticsearch.ElasticsearchClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.transport.TransportException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.HttpFailover;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
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

  private final HttpFailover http;
  private final String dataset;
  private final String retention;
  private final Set<Signal> signals;
  private final Object lock = new Object();
  private CompletableFuture<Void> attempt = CompletableFuture.failedFuture(new IOException("new"));
  private long nextAttemptNanos = System.nanoTime();

  Setup(HttpFailover http, String dataset, String retention, Set<Signal> signals) {
    this.http = http;
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
        try {
          thread.start();
        } catch (OutOfMemoryError e) { // no more threads for now
          current.completeExceptionally(e);
        }
      }
      return attempt;
    }
  }

  /**
   * The cluster was away: what comes back may be a new one, or one that was restored. Looked after
   * again before the next batch.
   */
  void again() {
    synchronized (lock) {
      if (attempt.isDone()) {
        attempt = CompletableFuture.failedFuture(new IOException("away meanwhile"));
        nextAttemptNanos = System.nanoTime();
      }
    }
  }

  private void run(CompletableFuture<Void> result) {
    try {
      install();
      result.complete(null);
    } catch (ElasticsearchException e) {
      // a cluster that takes no changes for a while says 403, too
      if (e.status() == 403 && "security_exception".equals(e.error().type())) {
        log.warn(
            "not allowed to put index templates into {}; documents are written as they are: {}",
            http.endpoint(),
            e.getMessage());
        result.complete(null);
      } else {
        result.completeExceptionally(e);
      }
    } catch (Throwable e) { // whatever it is: all batches wait for an answer
      result.completeExceptionally(e);
    }
  }

  private void install() throws IOException {
    try (SetupTransport transport = new SetupTransport(http)) {
      new Templates(new ElasticsearchClient(transport), dataset, retention).install(signals);
    } catch (TransportException e) {
      if (e.statusCode() == 401) {
        throw new IOException("401 from " + http.endpoint() + ": " + ElasticsearchCheck.WHO, e);
      }
      throw e;
    }
  }
}
