package io.vigia.collector.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.net.HttpHandler;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.net.HttpStatusException;
import java.io.IOException;
import java.util.Map;

/** Answers of the query API. Errors are {@code {"error": "one line"}}. */
final class Json {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Json() {}

  static HttpResponse ok(Object value) throws JsonProcessingException {
    return HttpResponse.json(200, MAPPER.writeValueAsBytes(value))
        .with("Cache-Control", "no-store");
  }

  static HttpResponse error(int status, String message) throws JsonProcessingException {
    return HttpResponse.json(status, MAPPER.writeValueAsBytes(Map.of("error", message)))
        .with("Cache-Control", "no-store");
  }

  /** Turns a handler's failures into answers. */
  static HttpHandler errors(HttpHandler handler) {
    return request -> {
      try {
        return handler.handle(request);
      } catch (HttpStatusException e) {
        return error(e.status(), e.getMessage());
      } catch (IllegalArgumentException e) {
        return error(400, String.valueOf(e.getMessage()));
      } catch (JsonProcessingException e) {
        throw e;
      } catch (IOException e) {
        return error(503, String.valueOf(e.getMessage())).with("Retry-After", "1");
      }
    };
  }
}
