package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildrenTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir Path directory;

  @Test
  void closeStopsAllAndNothingStartsAfterwards() throws Exception {
    Children children = children();
    Child sleeper = children.start("sleeper", List.of("sleep", "300"), Map.of());
    assertThat(sleeper.isAlive()).isTrue();

    children.close();

    assertThat(sleeper.isAlive()).isFalse();
    assertThat(directory.resolve("children")).doesNotExist();
    assertThatThrownBy(() -> children.start("late", List.of("sleep", "300"), Map.of()))
        .isInstanceOf(DemoException.class);
  }

  @Test
  void childThatEndsIsFoundWithItsLastLines() throws Exception {
    try (Children children = children()) {
      Child child =
          children.start("service", List.of("sh", "-c", "echo port in use; exit 3"), Map.of());

      await().atMost(LIMIT).until(() -> children.dead().isPresent());

      assertThat(child.obituary())
          .contains(
              "service ended with exit code 3", directory.resolve("logs/service.log").toString())
          .endsWith("port in use");
    }
  }

  /** Somebody who tries the demo may have OpenTelemetry in use, with settings in the shell. */
  @Test
  void settingsOfOtherServicesAreNotHandedOn() {
    Map<String, String> shell =
        new HashMap<>(
            Map.of(
                "OTEL_EXPORTER_OTLP_ENDPOINT", "https://elsewhere:4318",
                "OTEL_SERVICE_NAME", "other",
                "VIGIA_COLLECTOR", "elsewhere",
                "SERVER_PORT", "1",
                "spring_application_name", "other",
                "JAVA_TOOL_OPTIONS", "-javaagent:/x/vigia-agent.jar"));
    Map<String, String> kept = Map.of("PATH", "/bin", "HOME", "/home/me", "LANG", "C.UTF-8");
    shell.putAll(kept);

    Children.forgetSettings(shell);

    assertThat(shell).isEqualTo(kept);
  }

  @Test
  void otherOptionsOfTheJvmAreHandedOn() {
    Map<String, String> shell = new HashMap<>(Map.of("JAVA_TOOL_OPTIONS", "-Xss2m"));

    Children.forgetSettings(shell);

    assertThat(shell).containsOnlyKeys("JAVA_TOOL_OPTIONS");
  }

  @Test
  void childrenDieWithAJvmThatWasKilled() throws Exception {
    Path output = directory.resolve("output");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process jvm =
        new ProcessBuilder(
                java,
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                directory.toString())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      await().atMost(LIMIT).until(() -> Files.exists(directory.resolve("ready")));
      long pid =
          Long.parseLong(Files.readString(directory.resolve("children")).replaceAll("(?s) .*", ""));
      assertThat(ProcessHandle.of(pid))
          .hasValueSatisfying(child -> assertThat(child.isAlive()).isTrue());

      jvm.destroyForcibly();

      await()
          .atMost(LIMIT)
          .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    } finally {
      jvm.destroyForcibly();
    }
  }

  @Test
  void nextStartEndsOnlyWhatIsOurs() throws Exception {
    Process ours = new ProcessBuilder("sleep", "300").start();
    Process other = new ProcessBuilder("sleep", "300").start();
    try {
      Leftovers leftovers = new Leftovers(directory.resolve("children"));
      leftovers.add(ours.toHandle(), "redis");
      // the number was given to somebody else in the meantime
      Files.writeString(
          directory.resolve("children"),
          Files.readString(directory.resolve("children"))
              + other.pid()
              + " 1 guestbook\nnonsense\n");

      assertThat(new Leftovers(directory.resolve("children")).end()).containsExactly("redis");

      assertThat(ours.onExit().get()).isNotNull();
      assertThat(other.isAlive()).isTrue();
    } finally {
      ours.destroyForcibly();
      other.destroyForcibly();
    }
  }

  @Test
  void secondDemoInOneDirectoryIsTurnedAwayWithTheAddressOfTheFirst() throws Exception {
    try (DemoDirectory first = DemoDirectory.open(directory.resolve("data"))) {
      first.tellAddress("http://127.0.0.1:8317");

      assertThatThrownBy(() -> DemoDirectory.open(directory.resolve("data")))
          .hasMessageContaining("another demo")
          .hasMessageContaining("http://127.0.0.1:8317");
    }
    DemoDirectory.open(directory.resolve("data")).close();
  }

  @Test
  void temporaryDirectoriesOfTheDeadAreRemoved() throws Exception {
    DemoDirectory dead = DemoDirectory.temporary(directory);
    dead.close();
    try (DemoDirectory living = DemoDirectory.temporary(directory);
        DemoDirectory next = DemoDirectory.temporary(directory)) {
      assertThat(dead.path()).doesNotExist();
      assertThat(living.path()).exists();
      assertThat(next.path()).exists();
      next.delete();
      assertThat(next.path()).doesNotExist();
    }
  }

  private Children children() throws Exception {
    return new Children(directory, Watchdog.start(), new Leftovers(directory.resolve("children")));
  }

  /** Starts a child and waits to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      Path directory = Path.of(args[0]);
      Children children =
          new Children(directory, Watchdog.start(), new Leftovers(directory.resolve("children")));
      children.start("sleeper", List.of("sleep", "300"), Map.of());
      Files.createFile(directory.resolve("ready"));
      Thread.sleep(300_000);
    }
  }
}
