package io.vigia.collector.export.elasticsearch;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpFailover;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which ids are in a data stream, over all its backing indices: a refresh, then {@code ids} queries
 * in pages. Source: Elasticsearch reference, "Refresh API", "IDs query". An account that may not do
 * that is said once and gets no answer: an item may then be there twice if the stream rolled over.
 * One that is not known (401: a secret that is being replaced) may be so in a moment. A shard that
 * does not answer may have any of them, so that the look-up fails as a whole.
 */
final class LookUp {
  private static final Logger LOG = LoggerFactory.getLogger(LookUp.class);
  private static final JsonFactory JSON = new JsonFactory();

  /** Below the smallest {@code index.max_result_window} in use, 10,000. */
  static final int PAGE = 5_000;

  private static final String STREAM_MAY_BE_MISSING =
      "ignore_unavailable=true&allow_no_indices=true";

  private static volatile boolean said;

  private final HttpFailover http;
  private final String stream;

  /**
   * @param stream the data stream's path
   */
  LookUp(HttpFailover http, String stream) {
    this.http = http;
    this.stream = stream;
  }

  /** Those of the ids that are there; fails when Elasticsearch does not answer. */
  CompletableFuture<Set<String>> ids(List<String> ids) {
    Set<String> there = new HashSet<>();
    return post("/_refresh?" + STREAM_MAY_BE_MISSING + "&filter_path=_shards.failed", "")
        .thenCompose(
            answer -> {
              if (forbidden(answer) || answer.status() == 404) {
                return CompletableFuture.completedFuture(there);
              }
              try {
                requireAllShards(answer.body());
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return page(ids, 0, there);
            });
  }

  private CompletableFuture<Set<String>> page(List<String> ids, int from, Set<String> there) {
    if (from >= ids.size()) {
      return CompletableFuture.completedFuture(there);
    }
    List<String> page = ids.subList(from, Math.min(ids.size(), from + PAGE));
    String query =
        "{\"size\":%d,\"_source\":false,\"track_total_hits\":false,\"query\":{\"ids\":{\"values\":[\"%s\"]}}}"
            .formatted(PAGE, String.join("\",\"", page));
    return post(
            "/_search?"
                + STREAM_MAY_BE_MISSING
                + "&allow_partial_search_results=false&filter_path=hits.hits._id",
            query)
        .thenCompose(
            answer -> {
              if (forbidden(answer)) {
                return CompletableFuture.completedFuture(there);
              }
              if (answer.status() != 200) {
                return failed(answer);
              }
              try {
                read(answer.body(), there);
              } catch (IOException e) {
                return CompletableFuture.failedFuture(e);
              }
              return page(ids, from + PAGE, there);
            });
  }

  private CompletableFuture<HttpAnswer> post(String path, String body) {
    return http.send(
            HttpMethod.POST,
            stream + path,
            Map.of("content-type", "application/json"),
            Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.US_ASCII)))
        .thenCompose(
            answer ->
                answer.status() == 200 || answer.status() == 404 || forbidden(answer)
                    ? CompletableFuture.completedFuture(answer)
                    : failed(answer));
  }

  private <T> CompletableFuture<T> failed(HttpAnswer answer) {
    return CompletableFuture.failedFuture(
        new IOException(answer.status() + " from " + stream + ": " + answer.excerpt()));
  }

  /** By the account's rights: a block of the index or of the cluster is for a while. */
  private static boolean forbidden(HttpAnswer answer) {
    boolean forbidden =
        answer.status() == 403 && !answer.excerpt().contains("cluster_block_exception");
    if (forbidden && !said) {
      said = true;
      LOG.warn(
          "the account may not look up what is in Elasticsearch after a crash or a lost answer (it"
              + " needs maintenance and read on the stream): if the stream rolled over meanwhile,"
              + " an item may be there twice");
    }
    return forbidden;
  }

  private static void requireAllShards(byte[] answer) throws IOException {
    try (JsonParser parser = JSON.createParser(answer)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals("failed")) {
          parser.nextToken();
          if (parser.getValueAsInt() > 0) {
            throw new IOException("a shard was not refreshed");
          }
        }
      }
    }
  }

  private static void read(byte[] answer, Set<String> there) throws IOException {
    try (JsonParser parser = JSON.createParser(answer)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME && parser.currentName().equals("_id")) {
          parser.nextToken();
          there.add(parser.getText());
        }
      }
    }
  }
}
