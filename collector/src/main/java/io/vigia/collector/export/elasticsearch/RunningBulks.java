package io.vigia.collector.export.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpFailover;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an earlier request with the same records is still at work inside Elasticsearch. Such a
 * request outlives its connection, and what it has yet to write no look-up can see. Every bulk
 * request carries the records it has in {@code X-Opaque-Id}, which the task list of the cluster
 * shows. Source: Elasticsearch reference, "Task management API", "X-Opaque-Id HTTP header".
 */
final class RunningBulks {
  private static final Logger LOG = LoggerFactory.getLogger(RunningBulks.class);
  private static final JsonFactory JSON = new JsonFactory();

  /** The header's name. */
  static final String HEADER = "x-opaque-id";

  private static final String PATH =
      "/_tasks?actions=indices:data/write/bulk*&group_by=none"
          + "&filter_path=node_failures.type,tasks.headers";

  private static volatile boolean said;

  private final HttpFailover http;

  RunningBulks(HttpFailover http) {
    this.http = http;
  }

  /** {@code vigia <log id> <first sequence> <last sequence>}, of a request with that batch. */
  static String label(ExportBatch batch) {
    long first = Long.MAX_VALUE;
    long last = 0;
    for (ExportBatch.Entry entry : batch.entries()) {
      long sequence = entry.record().id().sequence();
      first = Math.min(first, sequence);
      last = Math.max(last, sequence);
    }
    long logId = batch.entries().get(0).record().id().logId();
    return "vigia %016x %d %d".formatted(logId, first, last);
  }

  /** Completes when none is; fails when there is one, or when Elasticsearch cannot tell. */
  CompletableFuture<Void> none(ExportBatch batch) {
    String label = label(batch);
    return http.send(HttpMethod.GET, PATH, Map.of(), null)
        .thenAccept(
            answer -> {
              try {
                judge(answer, label);
              } catch (IOException e) {
                throw new java.util.concurrent.CompletionException(e);
              }
            });
  }

  private static void judge(HttpAnswer answer, String label) throws IOException {
    int status = answer.status();
    if (status == 401 || status == 429 || status >= 500) {
      throw new IOException(status + " from /_tasks");
    }
    if (status != 200) {
      if (!said) {
        said = true;
        LOG.warn(
            "{} from /_tasks: the account may not see what Elasticsearch is still working on (it"
                + " needs monitor on the cluster): if the stream rolls over while a request without"
                + " an answer is at work, an item may be there twice",
            status);
      }
      return;
    }
    try (JsonParser parser = JSON.createParser(answer.body())) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token != JsonToken.FIELD_NAME) {
          continue;
        }
        String name = parser.currentName();
        if (name.equals("node_failures")) {
          throw new IOException("a node does not say what it is working on");
        }
        if (name.equalsIgnoreCase(HEADER)) {
          parser.nextToken();
          if (overlap(label, parser.getText())) {
            throw new IOException("an earlier request with the same records is still at work");
          }
        }
      }
    }
  }

  /** Whether two labels have a record in common. */
  static boolean overlap(String mine, String other) {
    String[] a = mine.split(" ", -1);
    String[] b = other.split(" ", -1);
    if (b.length != 4 || !a[0].equals(b[0]) || !a[1].equals(b[1])) {
      return false;
    }
    try {
      return Long.parseLong(a[2]) <= Long.parseLong(b[3])
          && Long.parseLong(b[2]) <= Long.parseLong(a[3]);
    } catch (NumberFormatException e) {
      return false; // somebody else's
    }
  }
}
