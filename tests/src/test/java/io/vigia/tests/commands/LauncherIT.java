package io.vigia.tests.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher as people type it. */
@Isolated("builds, and takes the usual ports")
class LauncherIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Launcher launcher = new Launcher();

  @ParameterizedTest
  @ValueSource(strings = {"", "demo", "run", "check", "agent"})
  void everyCommandTellsHelpAndVersion(String command) {
    assertThat(run("./vigia " + command + " --help").output()).contains("Usage");
    assertThat(run("./vigia " + command + " --version").output()).containsPattern("\\d+\\.\\d+");
  }

  @Test
  void unknownCommandIsToldWithTheNearest() {
    Outcome outcome = run("./vigia chek");
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output()).contains("chek").contains("check");
  }

  @Test
  void agentPrintsAnExistingJarAndTheLineToAdd() {
    Outcome outcome = run("./vigia agent");
    assertThat(outcome.code()).isZero();
    Path jar = Path.of(outcome.output().lines().findFirst().orElseThrow());
    assertThat(jar).isRegularFile();
    assertThat(outcome.output()).contains("java -javaagent:" + jar);
  }

  @Test
  void missingJavaIsToldClearly() {
    Outcome outcome =
        run("/bin/sh ./vigia run", Map.of("PATH", emptyPath(), "JAVA_HOME", "/nonexistent"));
    assertThat(outcome.code()).isNotZero();
    assertThat(outcome.output()).contains("JAVA_HOME").contains("/nonexistent");
  }

  /** The launcher counts these lines while it builds: nothing may tell Maven to leave them out. */
  @Test
  void buildTellsEachFileThatItDownloads() throws IOException {
    String project = "<groupId>x</groupId><artifactId>%s</artifactId><version>1</version>";
    Path remote = Files.createDirectories(launcher.folder().resolve("remote/x/parent/1"));
    Files.writeString(
        remote.resolve("parent-1.pom"),
        pom(project.formatted("parent") + "<packaging>pom</packaging>"));
    Path folder = Files.createDirectory(launcher.folder().resolve("project"));
    Files.createSymbolicLink(folder.resolve(".mvn"), launcher.folder().resolve(".mvn"));
    Path file =
        Files.writeString(
            folder.resolve("pom.xml"),
            pom(
                "<parent>%s<relativePath/></parent>".formatted(project.formatted("parent"))
                    + "<artifactId>child</artifactId><packaging>pom</packaging>"
                    + "<repositories><repository><id>remote</id><url>file://%s/remote</url>"
                        .formatted(launcher.folder())
                    + "</repository></repositories>"));
    Outcome outcome =
        run("./mvnw -B -f %s -Dmaven.repo.local=%s/local validate".formatted(file, folder));
    assertThat(outcome.output()).contains("Downloaded from remote");
    assertThat(outcome.code()).isZero();
  }

  private static String pom(String content) {
    return "<project><modelVersion>4.0.0</modelVersion>" + content + "</project>";
  }

  @Test
  void checkOfAWrongFileExitsWithTwoAndOneLine() throws IOException {
    Path file = Files.writeString(launcher.folder().resolve("bad.yml"), "destinatons: {}\n");
    Outcome outcome = run("./vigia check --config " + file);
    assertThat(outcome.code()).isEqualTo(2);
    assertThat(outcome.output().lines())
        .singleElement()
        .asString()
        .contains("bad.yml:1:1")
        .contains("destinations");
  }

  @Test
  void checkNamesTheDestinationThatDoesNotAnswerAndWhatToDo() throws IOException {
    int nobody = Ports.free();
    Path file =
        Files.writeString(
            launcher.folder().resolve("down.yml"),
            "destinations: {jaeger: {endpoint: \"http://127.0.0.1:" + nobody + "\"}}\n");
    Outcome outcome = run("./vigia check --config " + file);
    assertThat(outcome.code()).isEqualTo(1);
    assertThat(outcome.output()).contains("jaeger").contains("" + nobody).contains("->");
  }

  @Test
  void demoOnceSeesAllThreeSignalsAndLeavesNothingRunning() {
    // as where OpenTelemetry, or an agent of ours, is in use already
    Map<String, String> environment =
        Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9", "SERVER_PORT", "9");
    try (ChildProcess demo = launcher.start("./vigia demo --once", environment)) {
      int code = demo.awaitExit(Duration.ofSeconds(240));
      assertThat(code).as(demo.output()).isZero();
      assertThat(demo.output()).contains("guestbook").contains("classifier");
      assertThat(Leftovers.of(demo)).as("still running").isEmpty();
    }
  }

  private Outcome run(String line) {
    return run(line, Map.of());
  }

  private Outcome run(String line, Map<String, String> environment) {
    try (ChildProcess child = launcher.start(line, environment)) {
      int code = child.awaitExit(LIMIT);
      return new Outcome(code, child.output());
    }
  }

  /** A folder with the usual tools and no java. */
  private String emptyPath() {
    try {
      Path tools = Files.createDirectory(launcher.folder().resolve("tools"));
      for (String tool :
          new String[] {"sh", "dirname", "readlink", "sed", "cat", "uname", "find"}) {
        for (String bin : new String[] {"/bin", "/usr/bin"}) {
          Path program = Path.of(bin, tool);
          if (Files.exists(program)) {
            Files.createSymbolicLink(tools.resolve(tool), program);
            break;
          }
        }
      }
      return tools.toString();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private record Outcome(int code, String output) {}
}
