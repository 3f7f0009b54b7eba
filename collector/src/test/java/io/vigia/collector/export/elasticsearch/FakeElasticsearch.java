package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.export.FakeHttpBackend;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Takes templates always, {@code _bulk} as scripted; looked up is what the test says is there. */
class FakeElasticsearch extends FakeHttpBackend {
  static final String PRODUCT =
      "x-elastic-product: Elasticsearch\r\n"
          + "content-type: application/vnd.elasticsearch+json;compatible-with=8\r\n";

  /** The answers of the task list, a refresh and a search. */
  volatile String tasks = "{}";

  volatile String tasksStatus = "200 OK";
  volatile String refresh = "{\"_shards\":{\"failed\":0}}";
  volatile String search = "{}";
  volatile String searchStatus = "200 OK";

  /** The answer to a template. */
  volatile String put = plain("200 OK", PRODUCT, "{\"acknowledged\":true}");

  volatile String version = "8.19.21";
  final AtomicInteger puts = new AtomicInteger();

  @Override
  protected @Nullable String beside(Request request) {
    if (peek() == Reply.UNAUTHORIZED && !request.line().startsWith("POST ")) {
      return plain("401 Unauthorized", PRODUCT, "{}");
    }
    if (request.line().startsWith("PUT ")) {
      puts.incrementAndGet();
      return put;
    }
    if (request.line().startsWith("GET / ")) {
      return plain("200 OK", PRODUCT, "{\"version\":{\"number\":\"" + version + "\"}}");
    }
    if (request.line().startsWith("GET /_tasks?")) {
      return plain(tasksStatus, PRODUCT, tasks);
    }
    if (request.line().contains("/_refresh?")) {
      return plain("200 OK", PRODUCT, refresh);
    }
    if (request.line().contains("/_search?")) {
      return plain(searchStatus, PRODUCT, search);
    }
    return null;
  }

  @Override
  protected String ok(Request request) {
    StringBuilder items = new StringBuilder();
    String[] lines = new String(request.body(), StandardCharsets.UTF_8).split("\n");
    for (int i = 0; i < lines.length; i += 2) {
      items.append(items.length() > 0 ? "," : "").append(item(i / 2));
    }
    return plain("200 OK", PRODUCT, "{\"errors\":false,\"items\":[" + items + "]}");
  }

  /** The answer to one document. */
  String item(int index) {
    return "{\"create\":{\"status\":201}}";
  }
}
