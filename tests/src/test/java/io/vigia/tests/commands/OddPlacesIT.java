package io.vigia.tests.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The launcher where a path, a Java or a user is not the usual one. */
class OddPlacesIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String AGENT = "agent/target/vigia-agent.jar";
  private static final String COLLECTOR = "collector/target/vigia-collector.jar";
  private static final Map<String, String> AS_IT_IS = Map.of("VIGIA_BUILD", "no");

  @ParameterizedTest
  @ValueSource(strings = {"plain", "with space", "it's $HOME"})
  void linesThatAgentPrintsWorkAsTheyAre(String name) {
    CopiedLauncher launcher = new CopiedLauncher(name).with(AGENT);
    String printed = "eval \"$(./vigia agent | grep '^  %s' | sed 's/-jar .*/-version/')\"; %s";
    assertThat(run(launcher, printed.formatted("java", "true"))).contains("version");
    assertThat(run(launcher, printed.formatted("export", "java -version"))).contains("Picked up");
  }

  private static String run(CopiedLauncher launcher, String line) {
    try (ChildProcess child = launcher.start(line, AS_IT_IS)) {
      assertThat(child.awaitExit(LIMIT)).as(child.output()).isZero();
      return child.output();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"agent", "check", "demo"})
  void whatIsNotBuiltAndShallNotBeIsNamed(String command) {
    try (ChildProcess child = new CopiedLauncher("empty").start("./vigia " + command, AS_IT_IS)) {
      assertThat(child.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(child.output()).contains("/target/").contains("VIGIA_BUILD=no");
    }
  }

  @Test
  void javaThatCannotCompileIsPassedOverForABuild() {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    CopiedLauncher launcher =
        new CopiedLauncher("build")
            .with("jre/bin/java", "exec '" + java + "' \"$@\"")
            .with("mvnw", "echo \"built with $JAVA_HOME\"; ls \"$JAVA_HOME/bin/javac\"; exit 1");
    Map<String, String> environment = Map.of("JAVA_HOME", launcher.path("jre").toString());
    try (ChildProcess child = launcher.start("./vigia agent", environment)) {
      assertThat(child.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(child.output())
          .contains("built with /")
          .doesNotContain("built with " + launcher.path("jre"))
          .containsPattern("\n/.*/bin/javac\n");
    }
  }

  /** A download or the training of the classifier: Ctrl-C does not reach what is started with &. */
  @Test
  void interruptedBuildLeavesNothingRunning() {
    CopiedLauncher launcher =
        new CopiedLauncher("long").with("mvnw", "sh -c 'echo >begun; sleep 600'; echo >>begun");
    try (ChildProcess child = launcher.start("./vigia agent", Map.of())) {
      child.awaitReady(() -> Files.exists(launcher.path("begun")), LIMIT);
      List<ProcessHandle> all = child.descendants();
      child.interrupt();
      assertThat(child.awaitExit(LIMIT)).isEqualTo(130);
      all.forEach(each -> each.onExit().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join());
      assertThat(Leftovers.of(child)).isEmpty();
    }
  }

  @Test
  void collectorOfAnotherUsersProjectEndsAsItShould() throws IOException {
    CopiedLauncher launcher = new CopiedLauncher("others").with(COLLECTOR);
    Path file =
        Files.writeString(
            launcher.path("vigia.yaml"),
            "receivers: {}\nweb: {listen: \"127.0.0.1:" + Ports.free() + "\"}\n");
    Path home = Files.createDirectory(launcher.path("home"));
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.setPosixFilePermissions(
        launcher.path("collector/target"), PosixFilePermissions.fromString("r-xr-xr-x"));
    String line = "cd home && exec " + asOther() + "../vigia run --config " + file;
    try (ChildProcess child = launcher.start(line, AS_IT_IS)) {
      child.awaitOutput("is ready", LIMIT);
      child.requestStop();
      int code = child.awaitExit(LIMIT);
      assertThat(child.output()).doesNotContain("rror");
      assertThat(code).isIn(0, 143);
    }
  }

  /** Root may write everywhere. */
  private static String asOther() {
    return System.getProperty("user.name").equals("root")
        ? "setpriv --reuid=nobody --regid=nogroup --clear-groups -- "
        : "";
  }
}
