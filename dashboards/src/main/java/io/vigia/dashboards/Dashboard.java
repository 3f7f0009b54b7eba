package io.vigia.dashboards;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * A Grafana dashboard: variables and rows of panels, laid out from left to right. Not thread-safe.
 */
final class Dashboard {
  /** The variable that every query takes its Prometheus from. */
  static final String DATA_SOURCE = "datasource";

  private static final int SCHEMA_VERSION = 39; // Grafana 10.3; later ones migrate it
  private static final int BOARD_WIDTH = 24;

  private final String uid;
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final ArrayNode variables;
  private final List<ObjectNode> panels = new ArrayList<>();
  private int x;
  private int y;
  private int rowHeight;

  Dashboard(String uid, String title, String description) {
    this.uid = uid;
    json.put("uid", uid).put("title", title).put("description", description);
    json.put("schemaVersion", SCHEMA_VERSION).put("version", 1).put("editable", true);
    json.put("graphTooltip", 1).put("refresh", "10s").put("timezone", "browser");
    json.putArray("tags").add("vigia");
    json.putObject("time").put("from", "now-30m").put("to", "now");
    ObjectNode link = json.putArray("links").addObject();
    link.put("title", "Vigía").put("type", "dashboards").put("asDropdown", true);
    link.put("includeVars", true).put("keepTime", true).putArray("tags").add("vigia");
    json.putObject("annotations").putArray("list");
    variables = json.putObject("templating").putArray("list");
    variables
        .addObject()
        .put("name", DATA_SOURCE)
        .put("label", "Prometheus")
        .put("type", "datasource")
        .put("query", "prometheus")
        .put("refresh", 1)
        .putObject("current");
  }

  /** A choice of any number of values of a label; "All" matches every value, none included. */
  Dashboard variable(String name, String label, String query) {
    ObjectNode variable = variables.addObject();
    variable
        .put("name", name)
        .put("label", label)
        .put("type", "query")
        .put("definition", query)
        .put("refresh", 2)
        .put("sort", 1)
        .put("multi", true)
        .put("includeAll", true)
        .put("allValue", ".*");
    variable.putObject("datasource").put("type", "prometheus").put("uid", "${" + DATA_SOURCE + "}");
    variable.putObject("query").put("query", query).put("refId", name);
    ObjectNode current = variable.putObject("current").put("selected", true);
    current.putArray("text").add("All");
    current.putArray("value").add("$__all");
    return this;
  }

  /** Starts a row with a heading. */
  Dashboard row(String title) {
    x = 0;
    y += rowHeight;
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("type", "row").put("title", title).put("collapsed", false).putArray("panels");
    place(row, BOARD_WIDTH, 1);
    y += 1;
    rowHeight = 0;
    return this;
  }

  /** The next panel of the row, on a new line when it does not fit. */
  Dashboard panel(Panel panel) {
    if (x + panel.width() > BOARD_WIDTH) {
      x = 0;
      y += rowHeight;
      rowHeight = 0;
    }
    place(panel.toJson(), panel.width(), panel.height());
    x += panel.width();
    rowHeight = Math.max(rowHeight, panel.height());
    return this;
  }

  private void place(ObjectNode panel, int width, int height) {
    panel.put("id", panels.size() + 1);
    panel.putObject("gridPos").put("x", x).put("y", y).put("w", width).put("h", height);
    panels.add(panel);
  }

  String uid() {
    return uid;
  }

  ObjectNode toJson() {
    ObjectNode whole = json.deepCopy();
    whole.putArray("panels").addAll(panels);
    return whole;
  }
}
