package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a scrape. Sources: prometheus.io, "Exposition formats" (text 0.0.4), and the OpenMetrics
 * 1.0 specification, which alone has exemplars.
 */
final class ScrapeText implements SeriesSink {
  static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  private final boolean openMetrics;
  private final StringBuilder out = new StringBuilder(1 << 16);
  private boolean exemplars;

  private ScrapeText(boolean openMetrics) {
    this.openMetrics = openMetrics;
  }

  static String of(List<ScrapeStore.FamilyPoints> families, boolean openMetrics) {
    ScrapeText text = new ScrapeText(openMetrics);
    Set<String> taken = new HashSet<>();
    for (ScrapeStore.FamilyPoints family : families) {
      switch (family.family().type()) {
        case HISTOGRAM, SUMMARY ->
            List.of("_bucket", "_sum", "_count")
                .forEach(suffix -> taken.add(family.family().name() + suffix));
        default -> {}
      }
    }
    for (ScrapeStore.FamilyPoints family : families) {
      // a plain metric called like a part of a histogram would be a duplicate: fails the scrape
      if (!taken.contains(family.family().name())) {
        text.family(family);
      }
    }
    if (openMetrics) {
      text.out.append("# EOF\n");
    }
    return text.out.toString();
  }

  private void family(ScrapeStore.FamilyPoints points) {
    MetricFamily family = points.family();
    String name = family.name();
    String type = openMetrics ? family.type().openMetrics : family.type().text;
    exemplars = family.type() == MetricFamily.Type.HISTOGRAM;
    if (openMetrics && family.type() == MetricFamily.Type.COUNTER) {
      exemplars = name.endsWith("_total");
      type = exemplars ? type : "unknown";
      name = exemplars ? name.substring(0, name.length() - "_total".length()) : name;
    } else if (openMetrics && family.type() == MetricFamily.Type.INFO) {
      name = name.substring(0, name.length() - "_info".length());
    }
    if (!family.help().isEmpty()) {
      out.append("# HELP ").append(name).append(' ');
      escape(family.help(), openMetrics);
      out.append('\n');
    }
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
    if (openMetrics && !family.unit().isEmpty() && name.endsWith("_" + family.unit())) {
      out.append("# UNIT ").append(name).append(' ').append(family.unit()).append('\n');
    }
    for (MetricPoint point : points.points()) {
      SeriesSink.flatten(point, this);
    }
  }

  @Override
  public void sample(
      String name,
      LabelSet labels,
      @Nullable String extraLabel,
      String extraValue,
      double value,
      long timestampMillis,
      @Nullable Exemplar exemplar) {
    out.append(name);
    if (labels.size() > 0 || extraLabel != null) {
      out.append('{');
      labels(labels, extraLabel);
      if (extraLabel != null) {
        out.append(labels.size() > 0 ? "," : "");
        label(extraLabel, extraValue);
      }
      out.append('}');
    }
    out.append(' ').append(LabelValues.number(value));
    if (openMetrics && exemplars && exemplar != null) {
      out.append(" # {");
      labels(exemplar.labels(), null);
      out.append("} ").append(LabelValues.number(exemplar.value()));
      if (exemplar.timestampMillis() > 0) {
        out.append(' ').append(exemplar.timestampMillis() / 1000).append('.');
        out.append(Long.toString(1000 + exemplar.timestampMillis() % 1000), 1, 4);
      }
    }
    out.append('\n');
  }

  private void labels(LabelSet labels, @Nullable String but) {
    boolean first = true;
    for (int i = 0; i < labels.size(); i++) {
      if (!labels.name(i).equals(but)) {
        out.append(first ? "" : ",");
        label(labels.name(i), labels.value(i));
        first = false;
      }
    }
  }

  private void label(String name, String value) {
    out.append(name).append("=\"");
    escape(value, true);
    out.append('"');
  }

  private void escape(String text, boolean quotes) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '"' -> out.append(quotes ? "\\\"" : "\"");
        default -> out.append(c);
      }
    }
  }
}
