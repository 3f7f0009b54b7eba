package io.vigia.dashboards;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** All dashboards by file name. {@code Dashboards <folder>} writes them. */
public final class Dashboards {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private Dashboards() {}

  /** The text of each file, as it is to be committed. */
  public static Map<String, String> files() {
    Map<String, String> files = new TreeMap<>();
    files.put("collector.json", text(CollectorDashboard.create()));
    files.put("demo.json", text(DemoDashboard.create()));
    files.put("jvm.json", text(JvmDashboard.create()));
    files.put("latency.json", text(LatencyDashboard.create()));
    return files;
  }

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    for (Map.Entry<String, String> file : files().entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
  }

  private static String text(Dashboard dashboard) {
    try {
      return JSON.writeValueAsString(dashboard.toJson()) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree is always JSON: " + dashboard.uid(), e);
    }
  }
}
