package io.vigia.tests.bench;

import io.vigia.tests.bench.AgentFigures.Figure;
import io.vigia.tests.bench.AgentRun.Variant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** All rounds of one application, printed as a table of medians in Markdown. Not thread-safe. */
final class AgentTable {
  private final Map<Variant, List<AgentFigures>> rounds = new EnumMap<>(Variant.class);

  /** Also says on stderr what the round gave. */
  void add(Variant variant, AgentFigures round) {
    System.err.printf("%-9s %s%n", variant.title, round);
    rounds.computeIfAbsent(variant, v -> new ArrayList<>()).add(round);
  }

  /** {@code +} is what an agent adds; the last column is that of ours divided by upstream's. */
  String markdown(String application) {
    StringBuilder table = new StringBuilder();
    table.append("\n| ").append(application);
    table.append(
        " | no agent | upstream | Vigía | upstream adds | Vigía adds | Vigía ÷ upstream |\n");
    table.append("|---|---|---|---|---|---|---|\n");
    for (Figure figure : Figure.values()) {
      double none = median(Variant.NONE, figure);
      if (!Double.isNaN(none)) {
        table.append(row(figure, none));
      }
    }
    return table.toString();
  }

  private String row(Figure figure, double none) {
    double upstream = median(Variant.UPSTREAM, figure);
    double ours = median(Variant.OURS, figure);
    String adds = figure.isLatency() ? "%+.1f %%" : number(figure).replace("%", "%+");
    double scale = figure.isLatency() ? 100 / none : 1;
    String format =
        "| %s | "
            + String.join(" | ", number(figure), number(figure), number(figure), adds, adds, "%.2f")
            + " |\n";
    return String.format(
        Locale.ROOT,
        format,
        figure.title,
        none,
        upstream,
        ours,
        (upstream - none) * scale,
        (ours - none) * scale,
        (ours - none) / (upstream - none));
  }

  private static String number(Figure figure) {
    return figure.isLatency() ? "%.2f" : "%.0f";
  }

  private double median(Variant variant, Figure figure) {
    double[] values =
        rounds.getOrDefault(variant, List.of()).stream()
            .mapToDouble(round -> round.of(figure))
            .sorted()
            .toArray();
    return values.length == 0 ? Double.NaN : values[values.length / 2];
  }
}
