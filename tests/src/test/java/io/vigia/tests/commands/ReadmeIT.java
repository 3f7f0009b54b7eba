package io.vigia.tests.commands;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Runs what the README tells people to type: every line of every block marked {@code sh}. What is
 * an example to change first stands in blocks marked {@code text}. Commands that run until they are
 * interrupted are interrupted when they have said where the page is.
 */
@Isolated("builds, and takes the usual ports")
class ReadmeIT {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\R(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);
  private static final Pattern PAGE = Pattern.compile("http://127\\.0\\.0\\.1:\\d+");
  private static final int[] DEFAULT_PORTS = {4317, 4318, 24224, 8317};

  private final Launcher launcher = new Launcher();

  static Stream<String> commands() throws IOException {
    return blocks("sh").stream()
        .flatMap(String::lines)
        .map(line -> line.replaceAll("\\s+#.*", "").strip())
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .distinct();
  }

  static Stream<String> configurations() throws IOException {
    return blocks("yaml").stream();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void commandDoesWhatItSays(String command) throws IOException {
    if (command.startsWith("./mvnw")) {
      // the build that runs this test; here only that it starts
      try (ChildProcess child = launcher.start("./mvnw --version")) {
        assertThat(child.awaitExit(Duration.ofSeconds(60))).isZero();
      }
      return;
    }
    boolean runsOn = command.equals("./vigia demo") || command.startsWith("./vigia run");
    if (command.startsWith("./vigia run")) {
      for (int port : DEFAULT_PORTS) {
        Assumptions.assumeTrue(free(port), "port " + port + " is in use on this machine");
      }
    }
    try (ChildProcess child = launcher.start(command)) {
      if (runsOn) {
        child.awaitReady(() -> PAGE.matcher(child.output()).find(), Duration.ofSeconds(180));
        List<ProcessHandle> all = child.descendants();
        child.interrupt();
        int code = child.awaitExit(Duration.ofSeconds(30));
        assertThat(code).as(child.output()).isIn(0, 130);
        assertThat(child.output()).doesNotContain("being stopped").doesNotContain("Exception");
        assertThat(all).noneMatch(ProcessHandle::isAlive);
        assertThat(Leftovers.of(child)).isEmpty();
      } else {
        int code = child.awaitExit(Duration.ofSeconds(240));
        assertThat(code).as(child.output()).isZero();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void configurationIsValid(String yaml) throws IOException {
    Path file = Files.writeString(launcher.folder().resolve("readme.yml"), yaml);
    try (ChildProcess child = launcher.start("./vigia check --config " + file)) {
      int code = child.awaitExit(Duration.ofSeconds(120));
      assertThat(code).as("0 or 1: valid, whoever answers\n" + child.output()).isIn(0, 1);
      assertThat(child.output()).contains("configuration");
    }
  }

  @Test
  void screenshotAndEveryLinkedFileExist() throws IOException {
    Matcher links = Pattern.compile("]\\(([^)#:]+)(#[^)]*)?\\)").matcher(readme());
    List<String> missing = new ArrayList<>();
    int count = 0;
    while (links.find()) {
      count++;
      if (!Files.exists(Folders.projectRoot().resolve(links.group(1)))) {
        missing.add(links.group(1));
      }
    }
    assertThat(missing).isEmpty();
    assertThat(count).isPositive();
  }

  private static List<String> blocks(String language) throws IOException {
    List<String> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(readme());
    while (matcher.find()) {
      if (matcher.group(1).equals(language)) {
        blocks.add(matcher.group(2));
      }
    }
    assertThat(blocks).as(language + " blocks in README.md").isNotEmpty();
    return blocks;
  }

  private static String readme() throws IOException {
    return Files.readString(Folders.projectRoot().resolve("README.md"));
  }

  private static boolean free(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
