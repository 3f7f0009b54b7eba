package io.vigia.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The collector's query API (collector/docs/query-api.md), as far as the demo asks it. */
final class QueryApi {
  private final ObjectMapper mapper = new ObjectMapper();
  private final Http http;
  private final String base;

  QueryApi(Http http, String base) {
    this.http = http;
    this.base = base;
  }

  JsonNode services() throws IOException {
    return get("/api/services").path("services");
  }

  /** Newest first. */
  JsonNode traces(String service, String operation) throws IOException {
    return get("/api/traces?limit=50&service="
            + encoded(service)
            + "&operation="
            + encoded(operation))
        .path("traces");
  }

  JsonNode traces(String service) throws IOException {
    return get("/api/traces?limit=1&service=" + encoded(service)).path("traces");
  }

  Optional<JsonNode> trace(String id) throws IOException {
    HttpResponse<byte[]> answer = http.get(base + "/api/traces/" + encoded(id));
    return answer.statusCode() == 404 ? Optional.empty() : Optional.of(read(answer));
  }

  /** Newest first. */
  JsonNode logsOfTrace(String id) throws IOException {
    return get("/api/logs?limit=50&traceId=" + encoded(id)).path("logs");
  }

  JsonNode logsOfService(String service) throws IOException {
    return get("/api/logs?limit=50&service=" + encoded(service)).path("logs");
  }

  JsonNode metrics(String service) throws IOException {
    return get("/api/metrics?service=" + encoded(service)).path("metrics");
  }

  JsonNode destinations() throws IOException {
    return get("/api/status").path("destinations");
  }

  private JsonNode get(String path) throws IOException {
    return read(http.get(base + path));
  }

  private JsonNode read(HttpResponse<byte[]> answer) throws IOException {
    if (answer.statusCode() != 200) {
      throw new IOException(
          answer.uri()
              + " answered "
              + answer.statusCode()
              + ": "
              + new String(answer.body(), StandardCharsets.UTF_8));
    }
    return mapper.readTree(answer.body());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
