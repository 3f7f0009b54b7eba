package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.process.ChildProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A command of the collector's jar on the data directory of a collector under test. */
final class OperatorCommand {
  private OperatorCommand() {}

  /**
   * @param code which exit status is expected
   * @return what it printed
   */
  static String run(CollectorProcess collector, int code, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-jar", CollectorProcess.jar().toString()));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--data", collector.data().toString()));
    try (ChildProcess child = ChildProcess.command(command).name(arguments[0]).start()) {
      assertThat(child.awaitExit(Duration.ofSeconds(60))).as(child.output()).isEqualTo(code);
      return child.output();
    }
  }
}
