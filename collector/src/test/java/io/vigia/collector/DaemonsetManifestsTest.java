package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds {@code daemonset/} together without a cluster. */
class DaemonsetManifestsTest {
  /** Name in the manifests → module that builds it. */
  private static final Map<String, String> IMAGES =
      Map.of(
          "vigia-collector", "collector",
          "vigia-classifier", "demo-apps/classifier",
          "vigia-guestbook", "demo-apps/guestbook");

  static Stream<Path> folders() {
    return Stream.of(Manifests.BASE, Manifests.DEMO);
  }

  static Stream<Manifests.Document> workloads() {
    return Manifests.workloads().stream();
  }

  @ParameterizedTest
  @MethodSource("folders")
  void aKustomizationNamesEveryFileOfItsFolderAndNoOther(Path folder) throws IOException {
    JsonNode kustomization = Manifests.kustomization(folder);
    Set<String> named = new HashSet<>(Set.of("kustomization.yaml"));
    kustomization.path("resources").forEach(file -> named.add(file.asText()));
    kustomization
        .path("configMapGenerator")
        .forEach(map -> map.path("files").forEach(file -> named.add(file.asText())));

    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(named);
    }
  }

  @Test
  void everyObjectHasAKindAVersionAndANameOfItsOwn() {
    List<Manifests.Document> all = Manifests.all();

    assertThat(all)
        .allSatisfy(
            document -> {
              assertThat(document.kind()).isNotEmpty();
              assertThat(document.node().path("apiVersion").asText()).isNotEmpty();
              assertThat(document.name()).isNotEmpty();
            });
    assertThat(all.stream().map(d -> d.folder() + d.kind() + d.name())).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void aWorkloadFindsItsPods(Manifests.Document workload) {
    assertThat(labels(workload))
        .containsAllEntriesOf(map(workload.node().at("/spec/selector/matchLabels")))
        .isNotEmpty();
  }

  @Test
  void everyServiceAndPolicyLeadsToNamedPortsOfPodsThatAreThere() {
    List<Manifests.Document> pointers =
        Manifests.all().stream()
            .filter(d -> d.kind().equals("Service") || d.kind().equals("NetworkPolicy"))
            .toList();

    assertThat(pointers).hasSizeGreaterThan(4);
    for (Manifests.Document pointer : pointers) {
      boolean service = pointer.kind().equals("Service");
      Map<String, String> selector =
          map(pointer.node().at(service ? "/spec/selector" : "/spec/podSelector/matchLabels"));
      List<String> wanted = new ArrayList<>();
      if (service) {
        wanted.addAll(Manifests.texts(pointer.node().at("/spec/ports"), "targetPort"));
      } else {
        for (JsonNode rule : pointer.node().at("/spec/ingress")) {
          wanted.addAll(Manifests.texts(rule.path("ports"), "port"));
        }
      }
      List<Manifests.Document> chosen =
          Manifests.workloads().stream()
              .filter(w -> w.folder().equals(pointer.folder()))
              .filter(w -> labels(w).entrySet().containsAll(selector.entrySet()))
              .toList();
      assertThat(selector).as(pointer.toString()).isNotEmpty();
      assertThat(chosen).as(pointer.toString()).hasSize(1);
      assertThat(portNames(chosen.get(0))).as(pointer.toString()).containsAll(wanted);
    }
  }

  @Test
  void theCollectorIsNotStartedOnNodesThatItsImageIsNotFor() {
    assertThat(Manifests.workloads().stream().filter(w -> w.kind().equals("DaemonSet")))
        .hasSize(1)
        .allSatisfy(
            workload ->
                assertThat(workload.podSpec().at("/nodeSelector/kubernetes.io~1os").asText())
                    .isEqualTo("linux"));
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void podsHaveNoRightThatTheyDoNotNeed(Manifests.Document workload) {
    JsonNode pod = workload.podSpec();
    boolean collector = workload.kind().equals("DaemonSet");

    assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
    assertThat(pod.at("/securityContext/seccompProfile/type").asText()).isEqualTo("RuntimeDefault");
    assertThat(pod.has("hostNetwork") || pod.has("hostPID") || pod.has("hostIPC")).isFalse();
    assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isEqualTo(!collector);
    assertThat(Manifests.list(pod.path("volumes")).stream().filter(v -> v.has("hostPath")))
        .hasSize(collector ? 2 : 0);
    for (JsonNode container : workload.containers()) {
      JsonNode security = container.path("securityContext");
      assertThat(security.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
      assertThat(security.path("readOnlyRootFilesystem").asBoolean()).isTrue();
      assertThat(security.at("/capabilities/drop").toString()).isEqualTo("[\"ALL\"]");
      assertThat(security.path("capabilities").has("add")).isFalse();
      assertThat(security.has("privileged")).isFalse();
      assertThat(container.at("/resources/limits/memory").asText()).isNotEmpty();
      assertThat(container.at("/resources/requests").size()).isEqualTo(2);
      assertThat(container.has("readinessProbe")).isTrue();
      assertThat(Manifests.list(container.path("ports")).stream().noneMatch(p -> p.has("hostPort")))
          .isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("workloads")
  void everyMountHasItsVolume(Manifests.Document workload) {
    List<String> volumes = Manifests.texts(workload.podSpec().path("volumes"), "name");
    for (JsonNode container : workload.containers()) {
      assertThat(Manifests.texts(container.path("volumeMounts"), "name"))
          .containsExactlyInAnyOrderElementsOf(volumes);
    }
  }

  @Test
  void theImagesAreThoseThatTheBuildMakes() {
    String version = firstMatch(Manifests.pom("."), "<version>([^<]+)</version>");
    List<String> built = new ArrayList<>();
    for (Path folder : folders().toList()) {
      for (JsonNode image : Manifests.kustomization(folder).path("images")) {
        String name = image.path("name").asText();
        assertThat(image.path("newName").asText()).isEqualTo("localhost/" + name);
        assertThat(image.path("newTag").asText()).isEqualTo(version);
        assertThat(pomOf(name)).contains("<image.name>" + name + "</image.name>");
        built.add(name);
      }
    }
    assertThat(built).containsExactlyInAnyOrderElementsOf(IMAGES.keySet());
  }

  @Test
  void theAgentIsWhereTheImageHasItAndUnderstandsTheVariables() {
    String agent = Manifests.text(Manifests.ROOT.resolve("agent/docs/settings.md"));
    List<Manifests.Document> attached =
        Manifests.workloads().stream()
            .filter(w -> env(w.containers().get(0)).containsKey("JAVA_TOOL_OPTIONS"))
            .toList();

    assertThat(attached).hasSize(2);
    for (Manifests.Document workload : attached) {
      JsonNode container = workload.containers().get(0);
      String pom = pomOf(container.path("image").asText());
      assertThat(env(container).get("JAVA_TOOL_OPTIONS"))
          .isEqualTo(
              "-javaagent:"
                  + firstMatch(pom, "<into>([^<]+)</into>")
                  + "/"
                  + firstMatch(pom, "<include>([^<]+)</include>"));
      // modules are built at the same time, but for what they say that they need
      assertThat(pom).containsPattern("(?s)<id>image</id>.*<artifactId>vigia-agent</artifactId>");
      assertThat(env(container).get("VIGIA_COLLECTOR")).isEqualTo(collectorService());
      assertThat(env(container).keySet().stream().filter(name -> name.startsWith("VIGIA_")))
          .hasSizeGreaterThan(4)
          .allSatisfy(name -> assertThat(agent).contains("`" + name + "`"));
      assertThat(pom)
          .contains(
              "<user>%1$s:%1$s</user>"
                  .formatted(workload.podSpec().at("/securityContext/runAsUser").asText()));
    }
  }

  @Test
  void theReadmeNamesTheRightsAndTheVariables() {
    String readme = Manifests.text(Manifests.ROOT.resolve("daemonset/README.md"));
    Manifests.Document daemonSet = Manifests.only(Manifests.BASE, "DaemonSet");
    JsonNode container = daemonSet.containers().get(0);

    assertThat(env(container).keySet()).allSatisfy(name -> assertThat(readme).contains(name));
    for (JsonNode volume : daemonSet.podSpec().path("volumes")) {
      if (volume.has("hostPath")) {
        assertThat(readme).contains("`" + volume.at("/hostPath/path").asText() + "`");
      }
    }
    for (JsonNode mount : container.path("volumeMounts")) {
      if (mount.path("name").asText().equals("pod-logs")) {
        assertThat(mount.path("readOnly").asBoolean()).isTrue();
      }
    }
    assertThat(readme)
        .contains("`" + daemonSet.podSpec().path("priorityClassName").asText() + "`")
        .contains("uid " + container.at("/securityContext/runAsUser").asText());
  }

  @Test
  void theReadmesOverlayFitsTheBase() {
    String readme = Manifests.text(Manifests.ROOT.resolve("daemonset/README.md"));
    JsonNode overlay = Manifests.parse(firstMatch(readme, "(?s)```yaml\\R(.*?)```")).get(0);
    JsonNode patch = Manifests.parse(overlay.at("/patches/0/patch").asText()).get(0);
    JsonNode patched = patch.at("/spec/template/spec/containers/0");
    Manifests.Document daemonSet = Manifests.only(Manifests.BASE, "DaemonSet");
    JsonNode container = daemonSet.containers().get(0);

    // what an overlay renames is what the base made of it
    assertThat(overlay.at("/images/0/name"))
        .isEqualTo(Manifests.kustomization(Manifests.BASE).at("/images/0/newName"));
    assertThat(patch.at("/metadata/name").asText()).isEqualTo(daemonSet.name());
    assertThat(patch.at("/metadata/namespace").asText())
        .isEqualTo(Manifests.only(Manifests.BASE, "Namespace").name());
    assertThat(patched.path("name")).isEqualTo(container.path("name"));
    assertThat(env(patched).keySet()).isEqualTo(env(container).keySet());
  }

  private static String pomOf(String image) {
    return Manifests.pom(Objects.requireNonNull(IMAGES.get(image), image));
  }

  private static String collectorService() {
    return Manifests.only(Manifests.BASE, "Service").name()
        + "."
        + Manifests.only(Manifests.BASE, "Namespace").name()
        + ".svc";
  }

  private static Map<String, String> labels(Manifests.Document workload) {
    return map(workload.node().at("/spec/template/metadata/labels"));
  }

  private static List<String> portNames(Manifests.Document workload) {
    return workload.containers().stream()
        .flatMap(container -> Manifests.texts(container.path("ports"), "name").stream())
        .toList();
  }

  private static Map<String, String> env(JsonNode container) {
    Map<String, String> env = new LinkedHashMap<>();
    container.path("env").forEach(v -> env.put(v.path("name").asText(), v.path("value").asText()));
    return env;
  }

  private static Map<String, String> map(JsonNode node) {
    Map<String, String> map = new LinkedHashMap<>();
    node.fields().forEachRemaining(e -> map.put(e.getKey(), e.getValue().asText()));
    return map;
  }

  private static String firstMatch(String text, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as(regex).isTrue();
    return matcher.group(1);
  }
}
