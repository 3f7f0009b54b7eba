package io.vigia.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Draws a trace of the query API as text: a line for each span, indented below its parent, with a
 * bar in time.
 */
final class Waterfall {
  private static final int BAR_CHARS = 32;
  private static final int NAME_CHARS = 44;
  private static final int MAX_LINES = 40;

  private final Map<String, List<JsonNode>> byParent = new HashMap<>();
  private final List<String> lines = new ArrayList<>();
  private final long durationNanos;

  private Waterfall(JsonNode trace) {
    Set<String> ids = new HashSet<>();
    trace.path("spans").forEach(span -> ids.add(span.path("spanId").asText()));
    long end = 1;
    for (JsonNode span : trace.path("spans")) {
      String parent = span.path("parentSpanId").asText();
      // a span whose parent is not here is drawn as a root
      byParent
          .computeIfAbsent(ids.contains(parent) ? parent : "", key -> new ArrayList<>())
          .add(span);
      end = Math.max(end, span.path("offsetNanos").asLong() + span.path("durationNanos").asLong());
    }
    durationNanos = end;
  }

  /** At most forty lines. */
  static List<String> of(JsonNode trace) {
    Waterfall waterfall = new Waterfall(trace);
    waterfall.draw("", 0, new HashSet<>());
    return waterfall.lines;
  }

  private void draw(String parent, int depth, Set<String> drawn) {
    for (JsonNode span : byParent.getOrDefault(parent, List.of())) {
      String id = span.path("spanId").asText();
      if (!drawn.add(id) || id.isEmpty()) {
        continue;
      }
      if (lines.size() == MAX_LINES) {
        lines.add("…");
        return;
      }
      if (lines.size() > MAX_LINES) {
        return;
      }
      lines.add(line(span, depth));
      draw(id, depth + 1, drawn);
    }
  }

  private String line(JsonNode span, int depth) {
    String error = span.path("status").asText().equals("ERROR") ? " !" : "";
    String name =
        "  ".repeat(depth)
            + span.path("service").asText()
            + "  "
            + span.path("name").asText()
            + error;
    long offset = span.path("offsetNanos").asLong();
    long length = span.path("durationNanos").asLong();
    int from = Math.min(BAR_CHARS - 1, column(offset));
    int to = Math.max(from + 1, column(offset + length));
    return "%s %s%s%s %8.1f ms"
        .formatted(
            fitted(name),
            " ".repeat(from),
            "█".repeat(to - from),
            " ".repeat(BAR_CHARS - to),
            length / 1e6);
  }

  private int column(long nanos) {
    return (int) Math.min(BAR_CHARS, Math.max(0, nanos) * BAR_CHARS / durationNanos);
  }

  private static String fitted(String name) {
    if (name.length() > NAME_CHARS) {
      return name.substring(0, NAME_CHARS - 1) + "…";
    }
    return name + " ".repeat(NAME_CHARS - name.length());
  }
}
