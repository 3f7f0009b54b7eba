package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.junit.jupiter.api.Test;

class WaterfallTest {
  private final ArrayNode spans = new ObjectMapper().createArrayNode();

  @Test
  void childrenStandBelowTheirParentWithBarsInTime() {
    span("a", "", "guestbook", "POST /entries", 0, 8_000_000);
    span("c", "b", "classifier", "POST /predict", 3_000_000, 4_000_000);
    span("b", "a", "guestbook", "POST", 2_000_000, 6_000_000).put("status", "ERROR");

    List<String> lines = Waterfall.of(trace());

    assertThat(lines).hasSize(3);
    assertThat(lines.get(0))
        .startsWith("guestbook  POST /entries ")
        .contains("█".repeat(32))
        .endsWith("8.0 ms");
    assertThat(lines.get(1)).startsWith("  guestbook  POST ! ");
    assertThat(lines.get(2)).startsWith("    classifier  POST /predict ");
    // half of the time, after three eighths of it
    assertThat(lines.get(2).substring(45))
        .isEqualTo(" ".repeat(12) + "█".repeat(16) + " ".repeat(4) + "      4.0 ms");
  }

  @Test
  void spanWithoutItsParentIsDrawnAsARoot() {
    span("b", "lost", "classifier", "POST /predict", 0, 1);

    assertThat(Waterfall.of(trace())).singleElement().asString().startsWith("classifier");
  }

  @Test
  void circlesAndCrowdsEnd() {
    span("a", "b", "s", "n", 0, 1);
    span("b", "a", "s", "n", 0, 1);
    assertThat(Waterfall.of(trace())).isEmpty();
    for (int i = 0; i < 100; i++) {
      span(
          "child" + i, "", "s", "a very long name that must be cut somewhere before its end", i, 0);
    }

    assertThat(Waterfall.of(trace())).hasSize(41).endsWith("…").first().asString().contains("…");
  }

  @Test
  void emptyTraceIsNoLine() {
    assertThat(Waterfall.of(trace())).isEmpty();
  }

  private ObjectNode span(
      String id, String parent, String service, String name, long offset, long duration) {
    return spans
        .addObject()
        .put("spanId", id)
        .put("parentSpanId", parent)
        .put("service", service)
        .put("name", name)
        .put("offsetNanos", offset)
        .put("durationNanos", duration);
  }

  private JsonNode trace() {
    return new ObjectMapper().createObjectNode().set("spans", spans);
  }
}
