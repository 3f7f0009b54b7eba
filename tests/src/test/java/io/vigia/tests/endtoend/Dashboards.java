package io.vigia.tests.endtoend;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The Prometheus queries of the Grafana dashboards in {@code dashboards/}. */
final class Dashboards {
  /** One query as Grafana would send it with every variable at "All". */
  record Query(String dashboard, String panel, String promQl) {}

  private Dashboards() {}

  static List<Query> queries() {
    List<Query> queries = new ArrayList<>();
    try (Stream<Path> files = Files.walk(Folders.projectRoot().resolve("dashboards"))) {
      List<Path> dashboards =
          files
              .filter(file -> file.toString().endsWith(".json"))
              .filter(file -> !file.toString().contains("/target/"))
              .sorted()
              .toList();
      for (Path file : dashboards) {
        JsonNode dashboard = Http.JSON.readTree(file.toFile());
        if (dashboard.has("panels")) {
          panels(file, dashboard, dashboard.path("panels"), queries);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return queries;
  }

  private static void panels(Path file, JsonNode dashboard, JsonNode panels, List<Query> into) {
    for (JsonNode panel : panels) {
      panels(file, dashboard, panel.path("panels"), into);
      for (JsonNode target : panel.path("targets")) {
        if (target.hasNonNull("expr")) {
          String promQl = expand(dashboard, target.path("expr").asText());
          into.add(new Query(file.getFileName() + "", panel.path("title").asText(), promQl));
        }
      }
    }
  }

  private static String expand(JsonNode dashboard, String expression) {
    String expanded =
        expression
            .replace("$__rate_interval", "1m")
            .replace("${__rate_interval}", "1m")
            .replace("$__interval", "15s")
            .replace("$__range", "10m");
    for (JsonNode variable : dashboard.path("templating").path("list")) {
      String name = variable.path("name").asText();
      String type = variable.path("type").asText();
      if (!type.equals("datasource")) {
        String value =
            type.equals("query") ? ".*" : variable.path("current").path("value").asText();
        expanded =
            expanded
                .replaceAll("\\$\\{" + name + "(:\\w+)?}", value)
                .replaceAll("\\$" + name + "\\b", value);
      }
    }
    return expanded;
  }
}
