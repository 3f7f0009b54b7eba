package io.vigia.dashboards;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The files as they are in the repository. */
final class Committed {
  static final Path ROOT = Path.of("").toAbsolutePath();
  static final Path GRAFANA = ROOT.resolve("grafana");
  static final Path RULES = ROOT.resolve("prometheus");

  private static final ObjectMapper JSON = new ObjectMapper();

  private Committed() {}

  /** A dashboard file, parsed. */
  record Board(String file, JsonNode json) {
    @Override
    public String toString() {
      return file;
    }

    /** Panels without the headings. */
    List<JsonNode> panels() {
      List<JsonNode> panels = new ArrayList<>();
      json.path("panels")
          .forEach(
              p -> {
                if (!p.path("type").asText().equals("row")) {
                  panels.add(p);
                }
              });
      return panels;
    }

    List<String> variables() {
      List<String> names = new ArrayList<>();
      json.path("templating").path("list").forEach(v -> names.add(v.path("name").asText()));
      return names;
    }

    /** Every PromQL expression of every panel. */
    List<String> expressions() {
      List<String> all = new ArrayList<>();
      panels().forEach(p -> p.path("targets").forEach(t -> all.add(t.path("expr").asText())));
      return all;
    }
  }

  static List<Board> boards() {
    try (Stream<Path> files = Files.list(GRAFANA)) {
      return files
          .filter(file -> file.toString().endsWith(".json"))
          .sorted()
          .map(file -> new Board(String.valueOf(file.getFileName()), parse(file)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode parse(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(file + " is no JSON", e);
    }
  }
}
