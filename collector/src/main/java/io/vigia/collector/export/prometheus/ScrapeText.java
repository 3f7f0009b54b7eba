package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Writes a scrape, in pieces: as a whole it may be more than the heap. Sources: prometheus.io,
 * "Exposition formats" (text 0.0.4), and the OpenMetrics 1.0 specification, which alone has
 * exemplars.
 */
final class ScrapeText implements SeriesSink, Iterator<byte[]> {
  static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  static final String OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

  /** A piece ends with the first point behind it. */
  private static final int PIECE_CHARS = 32 << 10;

  private final Iterator<ScrapeStore.FamilyPoints> families;
  private final Set<String> taken = new HashSet<>();
  private final boolean openMetrics;
  private final StringBuilder out = new StringBuilder(PIECE_CHARS * 2);
  private Iterator<MetricPoint> points = Collections.emptyIterator();
  private boolean exemplars;
  private boolean ended;

  ScrapeText(List<ScrapeStore.FamilyPoints> families, boolean openMetrics) {
    this.families = families.iterator();
    this.openMetrics = openMetrics;
    for (ScrapeStore.FamilyPoints family : families) {
      switch (family.family().type()) {
        case HISTOGRAM, SUMMARY ->
            List.of("_bucket", "_sum", "_count")
                .forEach(suffix -> taken.add(family.family().name() + suffix));
        default -> {}
      }
    }
  }

  @Override
  public boolean hasNext() {
    return !ended;
  }

  @Override
  public byte[] next() {
    if (ended) {
      throw new NoSuchElementException();
    }
    out.setLength(0);
    while (!ended && out.length() < PIECE_CHARS) {
      if (points.hasNext()) {
        SeriesSink.flatten(points.next(), this);
      } else if (families.hasNext()) {
        ScrapeStore.FamilyPoints next = families.next();
        // a plain metric called like a part of a histogram would be a duplicate: fails the scrape
        if (!taken.contains(next.family().name())) {
          begin(next.family());
          points = next.points().iterator();
        }
      } else {
        out.append(openMetrics ? "# EOF\n" : "");
        ended = true;
      }
    }
    return out.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void begin(MetricFamily family) {
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
