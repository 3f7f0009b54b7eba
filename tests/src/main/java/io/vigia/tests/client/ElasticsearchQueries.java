package io.vigia.tests.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Questions to an Elasticsearch. Every question refreshes first, so it sees what was answered. */
public final class ElasticsearchQueries {
  /** Matches everything, for {@code query} parameters. */
  public static final String ALL = "{\"match_all\":{}}";

  private static final Pattern BACKING_INDEX =
      Pattern.compile("^\\.ds-(.+)-\\d{4}\\.\\d{2}\\.\\d{2}-\\d{6}");

  private static final long SHARD_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final String url;

  public ElasticsearchQueries(String url) {
    this.url = url;
  }

  /** A term query, as JSON. */
  public static String term(String field, String value) {
    return Http.JSON
        .createObjectNode()
        .set("term", Http.JSON.createObjectNode().put(field, value))
        .toString();
  }

  /**
   * How many documents.
   *
   * @param indices a pattern such as {@code logs-*}; no index is no document
   * @param query a query as JSON
   */
  public long count(String indices, String query) {
    refresh(indices);
    return ask(
            "/" + indices + "/_count?ignore_unavailable=true&allow_no_indices=true",
            "{\"query\":" + query + "}")
        .path("count")
        .asLong();
  }

  /** Up to {@code size} hits, each with {@code _id}, {@code _index} and {@code _source}. */
  public JsonNode search(String indices, String query, int size) {
    refresh(indices);
    return ask(
            "/" + indices + "/_search?ignore_unavailable=true&allow_no_indices=true",
            "{\"size\":" + size + ",\"query\":" + query + "}")
        .path("hits")
        .path("hits");
  }

  /** Every document, by scrolling; {@code fields} of the source only (comma separated). */
  public void forEach(String indices, String query, String fields, Consumer<JsonNode> hit) {
    refresh(indices);
    JsonNode page =
        ask(
            "/"
                + indices
                + "/_search?scroll=1m&ignore_unavailable=true&allow_no_indices=true"
                + "&_source_includes="
                + fields,
            "{\"size\":5000,\"sort\":[\"_doc\"],\"query\":" + query + "}");
    while (!page.path("hits").path("hits").isEmpty()) {
      page.path("hits").path("hits").forEach(hit);
      String id = page.path("_scroll_id").asText();
      page = Http.json(url + "/_search/scroll", "{\"scroll\":\"1m\",\"scroll_id\":\"" + id + "\"}");
    }
  }

  /** Names of the data streams, told from their backing indices: the API for them is a module. */
  public List<String> dataStreams() {
    String indices = Http.get(url + "/_cat/indices?h=index&expand_wildcards=all").body();
    return indices
        .lines()
        .map(BACKING_INDEX::matcher)
        .filter(Matcher::find)
        .map(index -> index.group(1))
        .distinct()
        .toList();
  }

  /** Starts a new backing index. */
  public void rollover(String dataStream) {
    Http.json(url + "/" + dataStream + "/_rollover", "{}");
  }

  /** An index that is just being made has no shard yet and answers 503: then it is waited for. */
  private JsonNode ask(String path, String query) {
    long end = System.nanoTime() + SHARD_LIMIT_NANOS;
    HttpResponse<String> answer = Http.postJson(url + path, query);
    while (answer.statusCode() == 503 && System.nanoTime() - end < 0) {
      Http.get(url + "/_cluster/health?wait_for_status=yellow&timeout=30s");
      answer = Http.postJson(url + path, query);
    }
    return Http.parsed(url + path, answer);
  }

  private void refresh(String indices) {
    Http.request(
        "POST",
        url + "/" + indices + "/_refresh?ignore_unavailable=true&allow_no_indices=true",
        "");
  }
}
