package io.vigia.dashboards;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * One panel and its Prometheus queries, as Grafana's dashboard JSON (schema 39) has it. Every panel
 * has a unit, a description and the same look. Not thread-safe.
 */
final class Panel {
  private static final int HEIGHT = 8;

  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final ObjectNode defaults;
  private final ArrayNode targets;
  private int width = 8;
  private int height = HEIGHT;

  private Panel(String type, String title, String unit, String description) {
    json.put("type", type).put("title", title).put("description", description);
    json.set("datasource", dataSource());
    ObjectNode fieldConfig = json.putObject("fieldConfig");
    defaults = fieldConfig.putObject("defaults");
    defaults.put("unit", unit);
    defaults.putObject("color").put("mode", "palette-classic");
    fieldConfig.putArray("overrides");
    targets = json.putArray("targets");
  }

  /** Lines over time. */
  static Panel lines(String title, String unit, String description) {
    Panel panel = new Panel("timeseries", title, unit, description);
    panel.defaults.put("min", 0);
    panel
        .defaults
        .putObject("custom")
        .put("drawStyle", "line")
        .put("lineWidth", 1)
        .put("fillOpacity", 8)
        .put("showPoints", "never")
        .put("spanNulls", 60_000)
        .putObject("stacking")
        .put("mode", "none");
    ObjectNode options = panel.json.putObject("options");
    options.putObject("tooltip").put("mode", "multi").put("sort", "desc");
    options
        .putObject("legend")
        .put("displayMode", "table")
        .put("placement", "bottom")
        .put("showLegend", true)
        .putArray("calcs")
        .add("mean")
        .add("max")
        .add("lastNotNull");
    return panel;
  }

  /** One number with a small curve. */
  static Panel number(String title, String unit, String description) {
    Panel panel = new Panel("stat", title, unit, description);
    ObjectNode options = panel.json.putObject("options");
    options
        .put("graphMode", "area")
        .put("colorMode", "value")
        .put("justifyMode", "auto")
        .put("textMode", "auto");
    options.putObject("reduceOptions").put("values", false).putArray("calcs").add("lastNotNull");
    return panel.size(6, 4).thresholds();
  }

  /** Histogram buckets over time; the query's series are the buckets, named by {@code le}. */
  static Panel heatmap(String title, String unit, String description) {
    Panel panel = new Panel("heatmap", title, unit, description);
    ObjectNode options = panel.json.putObject("options");
    options.put("calculate", false).put("cellGap", 1);
    options.putObject("yAxis").put("unit", unit).put("axisPlacement", "left");
    options
        .putObject("color")
        .put("mode", "scheme")
        .put("scheme", "Turbo")
        .put("scale", "exponential")
        .put("exponent", 0.5)
        .put("steps", 64);
    options.putObject("exemplars").put("color", "rgba(255,255,255,0.8)");
    options.putObject("tooltip").put("mode", "single").put("yHistogram", true);
    options.putObject("legend").put("show", true);
    return panel;
  }

  /** The last value of each series as a row, largest first. */
  static Panel table(String title, String unit, String description) {
    Panel panel = new Panel("table", title, unit, description);
    ArrayNode transformations = panel.json.putArray("transformations");
    ObjectNode organize = transformations.addObject().put("id", "organize").putObject("options");
    organize.putObject("excludeByName").put("Time", true);
    ObjectNode options = panel.json.putObject("options");
    options.put("showHeader", true).put("cellHeight", "sm");
    options.putArray("sortBy").addObject().put("displayName", "Value").put("desc", true);
    return panel;
  }

  /** Adds a query; a legend such as {@code {{job}}} names its series. */
  Panel query(String expression, String legend) {
    return query(expression, legend, false);
  }

  /** Adds a query whose exemplars are drawn as dots that lead to a trace. */
  Panel queryWithExemplars(String expression, String legend) {
    return query(expression, legend, true);
  }

  private Panel query(String expression, String legend, boolean exemplars) {
    String type = json.path("type").asText();
    ObjectNode target = targets.addObject();
    target.set("datasource", dataSource());
    target
        .put("refId", String.valueOf((char) ('A' + targets.size() - 1)))
        .put("editorMode", "code")
        .put("expr", expression)
        .put("legendFormat", legend)
        .put(
            "format",
            type.equals("heatmap") ? "heatmap" : type.equals("table") ? "table" : "time_series")
        .put("range", !type.equals("table"))
        .put("instant", type.equals("table"))
        .put("exemplar", exemplars);
    return this;
  }

  /** In cells: the board is 24 wide. */
  Panel size(int width, int height) {
    this.width = width;
    this.height = height;
    return this;
  }

  /** Green below the first, yellow from it, red from the second; none = green. */
  Panel thresholds(double... limits) {
    defaults.putObject("color").put("mode", "thresholds");
    ArrayNode steps = defaults.putObject("thresholds").put("mode", "absolute").putArray("steps");
    step(steps, "green", null);
    if (limits.length > 0) {
      step(steps, "yellow", limits[0]);
    }
    if (limits.length > 1) {
      step(steps, "red", limits[1]);
    }
    return this;
  }

  /** Areas on top of each other instead of lines. */
  Panel stacked() {
    ObjectNode custom = (ObjectNode) defaults.get("custom");
    custom.put("fillOpacity", 30).putObject("stacking").put("mode", "normal");
    return this;
  }

  /** The scale ends there, such as 1 for a share. */
  Panel max(double max) {
    defaults.put("max", max);
    return this;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  ObjectNode toJson() {
    return json;
  }

  private static void step(ArrayNode steps, String color, @Nullable Double from) {
    steps.addObject().put("color", color).put("value", from);
  }

  private static ObjectNode dataSource() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("type", "prometheus")
        .put("uid", "${" + Dashboard.DATA_SOURCE + "}");
  }
}
