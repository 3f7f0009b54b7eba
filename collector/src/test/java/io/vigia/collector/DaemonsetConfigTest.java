package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigLoader;
import io.vigia.collector.config.DestinationConfig;
import io.vigia.collector.config.Listen;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The DaemonSet and the {@code collector.yaml} beside it say the same, and the collector runs. */
class DaemonsetConfigTest {
  private static final Path FILE = Manifests.BASE.resolve("collector.yaml");
  private static final Manifests.Document DAEMON_SET = Manifests.only(Manifests.BASE, "DaemonSet");
  private static final JsonNode CONTAINER = DAEMON_SET.containers().get(0);

  @Test
  void everyPortIsListenedOnAndNoOther() throws Exception {
    CollectorConfig config = new ConfigLoader(DaemonsetConfigTest::variable).load(FILE);
    Map<String, Integer> ports = new LinkedHashMap<>();
    CONTAINER.path("ports").forEach(p -> ports.put(name(p), p.path("containerPort").asInt()));

    CollectorConfig.Otlp otlp = Objects.requireNonNull(config.otlp());
    CollectorConfig.Forward forward = Objects.requireNonNull(config.forward());
    assertThat(ports)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "otlp-grpc", reachable(otlp.grpc()),
                "otlp-http", reachable(otlp.http()),
                "forward", reachable(forward.listen()),
                "web", reachable(Objects.requireNonNull(config.web()).listen())));
    for (JsonNode port : Manifests.only(Manifests.BASE, "Service").node().at("/spec/ports")) {
      assertThat(port.path("port").asInt()).isEqualTo(ports.get(port.path("targetPort").asText()));
    }
  }

  @Test
  void everyVariableOfTheFileIsSetAndUsed() throws Exception {
    CollectorConfig config = new ConfigLoader(DaemonsetConfigTest::variable).load(FILE);
    Matcher variables = Pattern.compile("\\$\\{(\\w+)}").matcher(Manifests.text(FILE));

    assertThat(config.destinations().stream().map(DestinationConfig::common))
        .extracting(DestinationConfig.Common::name)
        .containsExactly("elasticsearch", "jaeger", "prometheus");
    assertThat(variables.results().map(result -> result.group(1)))
        .containsExactlyInAnyOrderElementsOf(Manifests.texts(CONTAINER.path("env"), "name"));
  }

  @Test
  void theDataIsOnTheNodeAndTheFileWhereTheArgumentsSay() throws Exception {
    CollectorConfig config = new ConfigLoader(DaemonsetConfigTest::variable).load(FILE);
    Map<String, String> mounts = new LinkedHashMap<>();
    CONTAINER
        .path("volumeMounts")
        .forEach(mount -> mounts.put(mount.path("mountPath").asText(), name(mount)));
    Map<String, JsonNode> volumes = new LinkedHashMap<>();
    DAEMON_SET.podSpec().path("volumes").forEach(v -> volumes.put(name(v), v));

    JsonNode data = volumes.get(mounts.get(config.data().toString()));
    assertThat(data).isNotNull();
    assertThat(data.at("/hostPath/path").asText()).isEqualTo("/var/lib/vigia");
    String logs = Objects.requireNonNull(config.containers()).directory().toString();
    JsonNode podLogs = volumes.get(mounts.get(logs));
    assertThat(podLogs).isNotNull();
    assertThat(podLogs.at("/hostPath/path").asText()).isEqualTo(logs);
    List<JsonNode> arguments = Manifests.list(CONTAINER.path("args"));
    Path file = Path.of(arguments.get(arguments.size() - 1).asText());
    JsonNode configMap = volumes.get(mounts.get("" + file.getParent()));
    assertThat(configMap).isNotNull();
    JsonNode generator = Manifests.kustomization(Manifests.BASE).at("/configMapGenerator/0");
    assertThat(configMap.at("/configMap/name").asText()).isEqualTo(name(generator));
    assertThat(generator.at("/files/0").asText()).isEqualTo("" + file.getFileName());
  }

  @Test
  void memoryAndGraceAreWithinThePodsLimits() throws Exception {
    CollectorConfig config = new ConfigLoader(DaemonsetConfigTest::variable).load(FILE);
    String pom = Manifests.pom("collector");

    assertThat(mebibytes(pom, "-Xmx(\\d+)m") + mebibytes(pom, "MaxDirectMemorySize=(\\d+)m"))
        .as("heap and buffers leave a third for everything else")
        .isLessThan(
            mebibytes(CONTAINER.at("/resources/limits/memory").asText(), "(\\d+)Mi") * 2 / 3);
    assertThat(DAEMON_SET.podSpec().path("terminationGracePeriodSeconds").asLong() * 1000)
        .isGreaterThan(2 * config.graceMillis());
  }

  @Test
  void theCollectorStartsWithItAndAnswersTheProbes(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("collector.yaml");
    Files.writeString(
        file,
        Manifests.text(FILE)
            .replaceAll("0\\.0\\.0\\.0:\\d+", "127.0.0.1:0")
            .replace("/var/lib/vigia", directory.resolve("data").toString())
            .replaceAll("\\$\\{VIGIA_[A-Z]+}", "http://127.0.0.1:1"));
    try (Collector collector = new Collector(new ConfigLoader(name -> null).load(file))) {
      collector.start();
      String page = Objects.requireNonNull(collector.addresses().get("page"));
      for (String probe : List.of("startupProbe", "readinessProbe", "livenessProbe")) {
        JsonNode get = CONTAINER.path(probe).path("httpGet");
        assertThat(get.path("port").asText()).as(probe).isEqualTo("web");
        HttpRequest request =
            HttpRequest.newBuilder(URI.create(page + get.path("path").asText())).build();
        assertThat(HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode())
            .as(probe)
            .isEqualTo(200);
      }
    }
  }

  private static @Nullable String variable(String name) {
    for (JsonNode variable : CONTAINER.path("env")) {
      if (name(variable).equals(name)) {
        return variable.path("value").asText();
      }
    }
    return null;
  }

  private static String name(JsonNode node) {
    return node.path("name").asText();
  }

  private static int reachable(@Nullable Listen listen) {
    Objects.requireNonNull(listen);
    assertThat(listen.address().getAddress().isAnyLocalAddress()).isTrue();
    return listen.address().getPort();
  }

  private static int mebibytes(String text, String regex) {
    Matcher matcher = Pattern.compile(regex).matcher(text);
    assertThat(matcher.find()).as(regex).isTrue();
    return Integer.parseInt(matcher.group(1));
  }
}
