package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The files of {@code daemonset/} and what other files say about the images. */
final class Manifests {
  static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  static final Path BASE = ROOT.resolve("daemonset/base");
  static final Path DEMO = ROOT.resolve("daemonset/demo");
  private static final ObjectMapper JSON = new ObjectMapper();

  private Manifests() {}

  /** One Kubernetes object. */
  record Document(Path folder, Path file, JsonNode node) {
    String kind() {
      return node.path("kind").asText();
    }

    String name() {
      return node.at("/metadata/name").asText();
    }

    JsonNode podSpec() {
      return node.at("/spec/template/spec");
    }

    List<JsonNode> containers() {
      return list(podSpec().path("containers"));
    }

    @Override
    public String toString() {
      return ROOT.relativize(file) + " " + kind() + " " + name();
    }
  }

  /** What the kustomization of the folder names. */
  static List<Document> of(Path folder) {
    List<Document> documents = new ArrayList<>();
    for (JsonNode resource : kustomization(folder).path("resources")) {
      documents.addAll(read(folder, resource.asText()));
    }
    return documents;
  }

  static List<Document> all() {
    return Stream.of(BASE, DEMO).flatMap(folder -> of(folder).stream()).toList();
  }

  /** All that make pods. */
  static List<Document> workloads() {
    return all().stream().filter(d -> !d.podSpec().isMissingNode()).toList();
  }

  static Document only(Path folder, String kind) {
    List<Document> found = of(folder).stream().filter(d -> d.kind().equals(kind)).toList();
    assertThat(found).as(kind).hasSize(1);
    return found.get(0);
  }

  static JsonNode kustomization(Path folder) {
    return read(folder, "kustomization.yaml").get(0).node();
  }

  /** The module that builds an image: its pom has the profile {@code image}. */
  static String pom(String module) {
    return text(ROOT.resolve(module).resolve("pom.xml"));
  }

  private static List<Document> read(Path folder, String name) {
    Path file = folder.resolve(name);
    return parse(text(file)).stream().map(node -> new Document(folder, file, node)).toList();
  }

  /** Each document of the YAML. */
  static List<JsonNode> parse(String yaml) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    List<JsonNode> documents = new ArrayList<>();
    for (Object document : new Yaml(new SafeConstructor(options)).loadAll(yaml)) {
      documents.add(JSON.valueToTree(document));
    }
    return documents;
  }

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  static List<String> texts(JsonNode array, String field) {
    return list(array).stream().map(node -> node.path(field).asText()).toList();
  }
}
