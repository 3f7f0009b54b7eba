package io.vigia.tests.bench;

import io.vigia.tests.bench.AgentFigures.Figure;
import io.vigia.tests.bench.AgentRun.Variant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * All rounds of one application, printed as a table in Markdown: medians, and the least and the
 * most of the rounds in parentheses. Not thread-safe.
 */
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
    return String.format(
        Locale.ROOT,
        "| %s | %s | %s | %s | " + adds + " | " + adds + " | %.2f |\n",
        figure.title,
        cell(Variant.NONE, figure),
        cell(Variant.UPSTREAM, figure),
        cell(Variant.OURS, figure),
        (upstream - none) * scale,
        (ours - none) * scale,
        (ours - none) / (upstream - none));
  }

  private String cell(Variant variant, Figure figure) {
    List<Double> values = values(variant, figure);
    if (values.isEmpty()) {
      return "";
    }
    String number = number(figure);
    return String.format(
        Locale.ROOT,
        number + " (" + number + "–" + number + ")",
        median(values),
        Collections.min(values),
        Collections.max(values));
  }

  private static String number(Figure figure) {
    return figure.isLatency() ? "%.2f" : "%.0f";
  }

  private double median(Variant variant, Figure figure) {
    return median(values(variant, figure));
  }

  private List<Double> values(Variant variant, Figure figure) {
    return rounds.getOrDefault(variant, List.of()).stream().map(round -> round.of(figure)).toList();
  }

  /** The middle one, or the mean of the two in the middle; NaN of none. */
  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int size = sorted.size();
    return size == 0 ? Double.NaN : (sorted.get(size / 2) + sorted.get((size - 1) / 2)) / 2;
  }
}
