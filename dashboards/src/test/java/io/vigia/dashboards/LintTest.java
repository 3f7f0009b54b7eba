package io.vigia.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.dashboards.Committed.Board;
import java.awt.Rectangle;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a reader of a dashboard would trip over, and what Grafana would refuse to import. */
class LintTest {
  /** Units that Grafana knows (grafana-data, valueFormats/categories.ts). */
  private static final Set<String> UNITS =
      Set.of("s", "reqps", "cps", "percentunit", "bytes", "Bps", "short");

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{?(\\w+)");
  private static final Pattern LEGEND_LABEL = Pattern.compile("\\{\\{(\\w+)}}");

  static List<Board> boards() {
    return Committed.boards();
  }

  @Test
  void uidsAndTitlesAreUnique() {
    assertThat(boards()).extracting(b -> b.json().path("uid").asText()).doesNotHaveDuplicates();
    assertThat(boards()).extracting(b -> b.json().path("title").asText()).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void dataSourceIsAVariableEverywhere(Board board) {
    assertThat(board.variables()).startsWith("datasource");
    assertThat(board.json().findValues("datasource"))
        .allSatisfy(source -> assertThat(source.path("uid").asText()).isEqualTo("${datasource}"));
    assertThat(board.panels())
        .allSatisfy(
            panel -> {
              assertThat(panel.has("datasource")).isTrue();
              assertThat(panel.path("targets")).isNotEmpty();
              assertThat(panel.path("targets")).allMatch(target -> target.has("datasource"));
            });
  }

  @ParameterizedTest
  @MethodSource("boards")
  void everyQueryIsFilteredByItsVariablesAndNamesNoTarget(Board board) {
    assertThat(board.expressions())
        .isNotEmpty()
        .allSatisfy(
            expression -> {
              assertThat(expression)
                  .doesNotContainPattern("(job|instance|service)\\s*=~?\\s*\"[^$]");
              assertThat(expression).containsPattern("=~\"\\$(service|instance)\"");
              Matcher variable = VARIABLE.matcher(expression);
              while (variable.find()) {
                String name = variable.group(1);
                assertThat(name.startsWith("__") || board.variables().contains(name))
                    .as(name)
                    .isTrue();
              }
            });
  }

  @ParameterizedTest
  @MethodSource("boards")
  void everyPanelHasAUnitATitleAndSaysWhatItShows(Board board) {
    assertThat(board.panels())
        .allSatisfy(
            panel -> {
              assertThat(panel.at("/fieldConfig/defaults/unit").asText()).isIn(UNITS);
              assertThat(panel.path("title").asText()).isNotBlank();
              assertThat(panel.path("description").asText()).endsWith(".");
            });
    assertThat(board.json().path("panels"))
        .extracting(panel -> panel.path("id").asInt())
        .doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("boards")
  void durationsAreShownInSecondsAndBytesInBytes(Board board) {
    for (JsonNode panel : board.panels()) {
      String unit = panel.at("/fieldConfig/defaults/unit").asText();
      for (JsonNode target : panel.path("targets")) {
        String expression = target.path("expr").asText();
        if (expression.startsWith("histogram_quantile")) {
          assertThat(unit).as(expression).isEqualTo(expression.contains("_bytes_") ? "bytes" : "s");
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void legendsNameOnlyLabelsThatTheQueryKeeps(Board board) {
    for (JsonNode panel : board.panels()) {
      for (JsonNode target : panel.path("targets")) {
        String expression = target.path("expr").asText();
        Matcher label = LEGEND_LABEL.matcher(target.path("legendFormat").asText());
        while (label.find()) {
          String name = label.group(1);
          boolean kept =
              !expression.contains(" by (")
                  || Pattern.compile("by \\([^)]*\\b" + name + "\\b").matcher(expression).find();
          assertThat(kept).as("%s in %s", name, expression).isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("boards")
  void panelsFillTheBoardWithoutOverlap(Board board) {
    List<Rectangle> placed = new ArrayList<>();
    for (JsonNode panel : board.json().path("panels")) {
      JsonNode at = panel.path("gridPos");
      Rectangle place =
          new Rectangle(
              at.path("x").asInt(),
              at.path("y").asInt(),
              at.path("w").asInt(),
              at.path("h").asInt());
      assertThat(place.x + place.width).isLessThanOrEqualTo(24);
      assertThat(place.isEmpty()).isFalse();
      assertThat(placed).noneMatch(other -> other.intersects(place));
      placed.add(place);
    }
  }
}
