package io.vigia.collector.export.elasticsearch;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpFailover;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Makes requests of the past harmless. One that was cut off may still lie in a proxy, or in the
 * socket of a node that hung, and arrive at any time. So documents are written through an alias of
 * the data stream that exists for this alone, with {@code require_alias}; before it is looked up
 * what such requests did, the alias is replaced by one of another name, and whatever still comes
 * with the old name is refused by Elasticsearch as a whole. Thread-safe; one for each log and
 * stream.
 *
 * <p>Source: Elasticsearch reference, "Aliases API", "Bulk API" ({@code require_alias}, {@code
 * require_data_stream}).
 */
final class Fence {
  private static final Map<String, String> JSON = Map.of("content-type", "application/json");
  private static final Map<String, String> NDJSON = Map.of("content-type", "application/x-ndjson");

  private final HttpFailover http;
  private final String stream;

  /** Of every alias that any process made for this log. */
  private final String prefix;

  private final Object lock = new Object();
  private CompletableFuture<String> raised =
      CompletableFuture.failedFuture(new IOException("none yet"));
  private long raisedAfterDoubts = -1;

  /**
   * @param stream the data stream's name; need not exist
   */
  Fence(HttpFailover http, String stream, long logId) {
    this.http = http;
    this.stream = stream;
    this.prefix = "%s.vigia.%016x.".formatted(stream, logId);
  }

  /**
   * The alias to write through. No request that was sent before the last of so many doubts can
   * write any more once this completes, unless it has begun to.
   *
   * @param doubts how often the fate of a request became unknown so far
   */
  CompletableFuture<String> alias(long doubts) {
    synchronized (lock) {
      boolean usable = raisedAfterDoubts >= doubts && !raised.isCompletedExceptionally();
      if (!usable) {
        raisedAfterDoubts = doubts;
        // one after the other: the later one must win
        raised = raised.handle((alias, failure) -> raise()).thenCompose(alias -> alias);
      }
      return raised;
    }
  }

  /** It is not there any more: somebody removed it, or the data stream. */
  void lost(String alias) {
    synchronized (lock) {
      if (alias.equals(current())) {
        raised = CompletableFuture.failedFuture(new IOException(alias + " is gone"));
      }
    }
  }

  /** Leaves nothing behind if Elasticsearch answers in time. */
  void remove(long limitMillis) {
    String alias = current();
    if (alias == null) {
      return;
    }
    try {
      String path = "/" + stream + "/_alias/" + alias;
      http.send(HttpMethod.DELETE, path, Map.of(), null).get(limitMillis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      // the next process of this log removes it
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private @Nullable String current() {
    synchronized (lock) {
      boolean there = raised.isDone() && !raised.isCompletedExceptionally();
      return there ? raised.getNow("") : null;
    }
  }

  private CompletableFuture<String> raise() {
    String alias = prefix + Long.toHexString(ThreadLocalRandom.current().nextLong());
    return replace(alias)
        .thenCompose(
            answer ->
                answer.status() == 404
                    ? createStream().thenCompose(created -> replace(alias))
                    : CompletableFuture.completedFuture(answer))
        .thenCompose(
            answer -> {
              // not acknowledged: a node may go on taking the old name
              boolean done = answer.status() == 200 && acknowledged(answer);
              return done
                  ? CompletableFuture.completedFuture(alias)
                  : CompletableFuture.failedFuture(
                      new IOException(answer.status() + " from /_aliases: " + answer.excerpt()));
            });
  }

  /** Removes those of the past and adds the new one, in one step. */
  private CompletableFuture<HttpAnswer> replace(String alias) {
    String actions =
        ("{\"actions\":[{\"remove\":{\"index\":\"%s\",\"alias\":\"%s*\",\"must_exist\":false}},"
                + "{\"add\":{\"index\":\"%s\",\"alias\":\"%s\",\"is_write_index\":true}}]}")
            .formatted(stream, prefix, stream, alias);
    byte[] body = actions.getBytes(StandardCharsets.US_ASCII);
    return http.send(HttpMethod.POST, "/_aliases", JSON, Unpooled.wrappedBuffer(body));
  }

  /**
   * As a first document would: by one without {@code @timestamp}, which every data stream refuses
   * after it was made. Asks for no right that documents do not need.
   */
  private CompletableFuture<HttpAnswer> createStream() {
    String path = "/" + stream + "/_bulk?require_data_stream=true&filter_path=errors";
    byte[] body = "{\"create\":{}}\n{}\n".getBytes(StandardCharsets.US_ASCII);
    return http.send(HttpMethod.POST, path, NDJSON, Unpooled.wrappedBuffer(body));
  }

  private static boolean acknowledged(HttpAnswer answer) {
    return new String(answer.body(), StandardCharsets.UTF_8).contains("\"acknowledged\":true");
  }
}
