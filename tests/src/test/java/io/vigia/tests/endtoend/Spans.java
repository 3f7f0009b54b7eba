package io.vigia.tests.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reading of traces as Jaeger answers them. */
final class Spans {
  private Spans() {}

  /** Span ids of the server spans of a service, each once. */
  static Set<String> servers(List<JsonNode> traces, String service) {
    Set<String> ids = new HashSet<>();
    for (JsonNode trace : traces) {
      for (JsonNode span : trace.path("spans")) {
        String process = span.path("processID").asText();
        String name = trace.path("processes").path(process).path("serviceName").asText();
        if (name.equals(service) && tags(span, "span.kind").contains("server")) {
          ids.add(span.path("spanID").asText());
        }
      }
    }
    return ids;
  }

  /** Whether a span of the trace has this tag. */
  static boolean tag(JsonNode trace, String key, String value) {
    for (JsonNode span : trace.path("spans")) {
      // the semantic conventions are between two names for it
      if (tags(span, key).contains(value) || tags(span, key + ".name").contains(value)) {
        return true;
      }
    }
    return false;
  }

  private static List<String> tags(JsonNode span, String key) {
    List<String> values = new ArrayList<>();
    for (JsonNode tag : span.path("tags")) {
      if (tag.path("key").asText().equals(key)) {
        values.add(tag.path("value").asText());
      }
    }
    return values;
  }
}
