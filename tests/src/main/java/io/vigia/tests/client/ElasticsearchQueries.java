package io.vigia.tests.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Questions to an Elasticsearch. Every question refreshes first, so it sees what was answered. */
public final class ElasticsearchQueries {
  /** Matches everything, for {@code query} parameters. */
  public static final String ALL = "{\"match_all\":{}}";

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
    return Http.json(
            url + "/" + indices + "/_count?ignore_unavailable=true&allow_no_indices=true",
            "{\"query\":" + query + "}")
        .path("count")
        .asLong();
  }

  /** Up to {@code size} hits, each with {@code _id}, {@code _index} and {@code _source}. */
  public JsonNode search(String indices, String query, int size) {
    refresh(indices);
    return Http.json(
            url + "/" + indices + "/_search?ignore_unavailable=true&allow_no_indices=true",
            "{\"size\":" + size + ",\"query\":" + query + "}")
        .path("hits")
        .path("hits");
  }

  /** Every document, by scrolling; {@code fields} of the source only (comma separated). */
  public void forEach(String indices, String query, String fields, Consumer<JsonNode> hit) {
    refresh(indices);
    JsonNode page =
        Http.json(
            url
                + "/"
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

  /** Names of the data streams. */
  public List<String> dataStreams() {
    List<String> names = new ArrayList<>();
    Http.json(url + "/_data_stream")
        .path("data_streams")
        .forEach(stream -> names.add(stream.path("name").asText()));
    return names;
  }

  /** Starts a new backing index. */
  public void rollover(String dataStream) {
    Http.json(url + "/" + dataStream + "/_rollover", "{}");
  }

  /** Forgets every data stream; templates stay. */
  public void deleteDataStreams() {
    int status = Http.request("DELETE", url + "/_data_stream/*", "").statusCode();
    if (status != 200 && status != 404) {
      throw new IllegalStateException(status + " for the deletion of all data streams");
    }
  }

  private void refresh(String indices) {
    Http.request(
        "POST",
        url + "/" + indices + "/_refresh?ignore_unavailable=true&allow_no_indices=true",
        "");
  }
}
