package io.vigia.collector.export.prometheus;

import io.vigia.collector.otlp.MetricView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Names as Prometheus wants them. Source: opentelemetry.io, "Prometheus and OpenMetrics
 * Compatibility", Metric Metadata; units as in the collector-contrib translator.
 */
final class PrometheusNames {
  private static final Map<String, String> UNITS =
      Map.ofEntries(
          Map.entry("d", "days"),
          Map.entry("h", "hours"),
          Map.entry("min", "minutes"),
          Map.entry("s", "seconds"),
          Map.entry("ms", "milliseconds"),
          Map.entry("us", "microseconds"),
          Map.entry("ns", "nanoseconds"),
          Map.entry("By", "bytes"),
          Map.entry("KiBy", "kibibytes"),
          Map.entry("MiBy", "mebibytes"),
          Map.entry("GiBy", "gibibytes"),
          Map.entry("TiBy", "tibibytes"),
          Map.entry("KBy", "kilobytes"),
          Map.entry("MBy", "megabytes"),
          Map.entry("GBy", "gigabytes"),
          Map.entry("TBy", "terabytes"),
          Map.entry("m", "meters"),
          Map.entry("V", "volts"),
          Map.entry("A", "amperes"),
          Map.entry("J", "joules"),
          Map.entry("W", "watts"),
          Map.entry("g", "grams"),
          Map.entry("Cel", "celsius"),
          Map.entry("Hz", "hertz"),
          Map.entry("1", ""),
          Map.entry("%", "percent"));
  private static final Map<String, String> PER_UNITS =
      Map.of(
          "s", "second", "min", "minute", "m", "minute", "h", "hour", "d", "day", "w", "week", "mo",
          "month", "y", "year");

  private PrometheusNames() {}

  /**
   * The name of a metric: unit suffix, then {@code _total} on counters, {@code _ratio} on gauges of
   * unit 1. Names in the way of node_exporter and cAdvisor stay as they are.
   */
  static String metric(String name, String unit, MetricView.Kind kind, boolean counter) {
    if (followsExporters(name)) {
      return name;
    }
    List<String> words = new ArrayList<>(words(name));
    int slash = unit.indexOf('/');
    String main = unit(slash < 0 ? unit : unit.substring(0, slash), UNITS);
    String per = slash < 0 ? "" : unit(unit.substring(slash + 1), PER_UNITS);
    List<String> suffix = words(main);
    if (!suffix.isEmpty() && !words.containsAll(suffix)) {
      words.addAll(suffix);
    }
    List<String> perSuffix = words(per);
    if (!perSuffix.isEmpty() && !words.containsAll(perSuffix)) {
      words.add("per");
      words.addAll(perSuffix);
    }
    if (counter) {
      words.removeIf("total"::equals);
      words.add("total");
    }
    if (kind == MetricView.Kind.GAUGE && unit.equals("1")) {
      words.removeIf("ratio"::equals);
      words.add("ratio");
    }
    String joined = String.join("_", words);
    return joined.isEmpty()
        ? "unnamed"
        : Character.isDigit(joined.charAt(0)) ? "_" + joined : joined;
  }

  /** The unit in words, as it ends a name; empty when there is none. */
  static String unitWord(String unit) {
    int slash = unit.indexOf('/');
    List<String> words =
        new ArrayList<>(words(unit(slash < 0 ? unit : unit.substring(0, slash), UNITS)));
    List<String> per = slash < 0 ? List.of() : words(unit(unit.substring(slash + 1), PER_UNITS));
    if (!per.isEmpty()) {
      words.add("per");
      words.addAll(per);
    }
    return String.join("_", words);
  }

  /** A label name: {@code [a-zA-Z_][a-zA-Z0-9_]*}. */
  static String label(String key) {
    StringBuilder out = new StringBuilder(key.length() + 4);
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      out.append(alphanumeric(c) ? c : '_');
    }
    if (out.isEmpty()) {
      return "key_";
    }
    if (Character.isDigit(out.charAt(0))) {
      out.insert(0, "key_");
    } else if (out.charAt(0) == '_' && !out.toString().startsWith("__")) {
      out.insert(0, "key");
    }
    return out.toString();
  }

  private static boolean followsExporters(String name) {
    if (!name.startsWith("node_")
        && !name.startsWith("container_")
        && !name.startsWith("machine_")) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (!alphanumeric(name.charAt(i)) && name.charAt(i) != '_') {
        return false;
      }
    }
    return true;
  }

  private static String unit(String unit, Map<String, String> known) {
    String trimmed = unit.trim();
    if (trimmed.isEmpty() || trimmed.indexOf('{') >= 0) {
      return "";
    }
    return known.getOrDefault(trimmed, trimmed);
  }

  private static List<String> words(String name) {
    List<String> words = new ArrayList<>();
    StringBuilder word = new StringBuilder();
    for (int i = 0; i <= name.length(); i++) {
      char c = i < name.length() ? name.charAt(i) : ' ';
      if (alphanumeric(c) || c == ':') {
        word.append(c);
      } else if (!word.isEmpty()) {
        words.add(word.toString());
        word.setLength(0);
      }
    }
    return words.isEmpty() ? List.of() : Arrays.asList(words.toArray(new String[0]));
  }

  private static boolean alphanumeric(char c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
  }
}
