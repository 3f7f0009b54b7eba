package io.vigia.tests.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.vigia.tests.client.Http;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a client says it sent: a span, and perhaps a log of the same name, ids and attributes
 * ({@code interop.n}, {@code .ratio}, {@code .even}, {@code .text}, made of {@code n}).
 */
record SentEvent(String name, int n, String trace, String span) {
  /** The lines of a client's output that are JSON objects. */
  static List<SentEvent> of(String output) {
    List<SentEvent> all = new ArrayList<>();
    for (String line : output.lines().filter(line -> line.startsWith("{")).toList()) {
      try {
        all.add(Http.JSON.readValue(line, SentEvent.class));
      } catch (IOException e) {
        throw new UncheckedIOException(line, e);
      }
    }
    return all;
  }

  static Map<String, List<JsonNode>> by(String field, List<JsonNode> documents) {
    return documents.stream().collect(Collectors.groupingBy(document -> text(document, field)));
  }

  /** A document has the ids and each attribute with its type. */
  void assertIn(JsonNode document) {
    assertThat(text(document, "trace.id")).as("%s", document).isEqualTo(trace);
    assertThat(text(document, "span.id")).as("%s", document).isEqualTo(span);
    assertThat(label(document, "interop.n")).as("%s", document).isEqualTo("" + n);
    assertThat(label(document, "interop.ratio")).as("%s", document).isEqualTo(n + ".5");
    assertThat(label(document, "interop.even")).as("%s", document).isEqualTo("" + (n % 2 == 0));
    assertThat(label(document, "interop.text")).as("%s", document).isEqualTo("ünï " + n);
  }

  static String label(JsonNode document, String attribute) {
    return text(document, "labels." + attribute);
  }

  static String text(JsonNode document, String field) {
    return at(document, field).asText();
  }

  /** A field, whether its name is nested or has dots. */
  private static JsonNode at(JsonNode node, String field) {
    if (node.has(field)) {
      return node.get(field);
    }
    for (int dot = field.indexOf('.'); dot > 0; dot = field.indexOf('.', dot + 1)) {
      JsonNode inner = node.path(field.substring(0, dot));
      if (inner.isObject()) {
        return at(inner, field.substring(dot + 1));
      }
    }
    return MissingNode.getInstance();
  }
}
