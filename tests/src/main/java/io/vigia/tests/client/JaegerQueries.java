package io.vigia.tests.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Questions to Jaeger's query API, in the form of Jaeger 1.x ({@code /api/traces}). */
public final class JaegerQueries {
  private final String url;

  public JaegerQueries(String queryUrl) {
    this.url = queryUrl;
  }

  /** Names of the services it has seen. */
  public Set<String> services() {
    Set<String> names = new TreeSet<>();
    Http.json(url + "/api/services").path("data").forEach(name -> names.add(name.asText()));
    return names;
  }

  /** One trace (with {@code spans} and {@code processes}), if it is there. */
  public Optional<JsonNode> trace(String traceId) {
    HttpResponse<String> response = Http.get(url + "/api/traces/" + traceId);
    if (response.statusCode() == 404) {
      return Optional.empty();
    }
    return Optional.of(Http.json(url + "/api/traces/" + traceId).path("data").path(0));
  }

  /** Up to {@code limit} traces in which this service took part. */
  public List<JsonNode> traces(String service, int limit) {
    List<JsonNode> traces = new ArrayList<>();
    Http.json(url + "/api/traces?lookback=6h&limit=" + limit + "&service=" + Http.encoded(service))
        .path("data")
        .forEach(traces::add);
    return traces;
  }

  /** Names of the services that took part in a trace. */
  public static Set<String> servicesOf(JsonNode trace) {
    Set<String> names = new TreeSet<>();
    trace.path("processes").forEach(process -> names.add(process.path("serviceName").asText()));
    return names;
  }
}
