package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.it.FaultyAgent.Fault;
import io.vigia.agent.programs.Steady;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Point 6: whatever breaks in the agent, the application's stdout and exit code are those of a run
 * without it. The classes that upstream calls are broken in turn.
 */
class HarmlessIT {

  private static List<String> expected = List.of();

  @TempDir Path directory;

  @BeforeAll
  static void runWithoutAgent() throws Exception {
    try (Jvm plain = Jvm.of(Steady.class, "simpleclient").withoutAgent().start()) {
      assertThat(plain.exitCode(Duration.ofSeconds(60))).isEqualTo(3);
      expected = plain.stdout();
      assertThat(expected).containsExactly("begin", "served 1.0", "end", "hook");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boot.Setting boot.CollectorAddress, FAILS",
    "extension.VigiaCustomizer, DAMAGED",
    "extension.VigiaCustomizer, THROWS",
    "extension.resource.ServiceIdentity, THROWS",
    "extension.VerdictListener extension.traces.RemoteSampling extension.lazy.LazyLambdas, FAILS",
    "extension.lazy.LazyModules, THROWS",
    "extension.lazy.LazyTransformations, THROWS",
    "extension.traces.ReadAllPropagatorProvider, THROWS",
    "extension.export.SpillingHttpSenderProvider, THROWS",
    "extension.export.Outbox extension.logs.ForwardRecord extension.metrics.AppRegistryProducer"
        + " extension.metrics.CollectorRegistryModule, THROWS",
  })
  void brokenClassesOfOursLeaveTheApplicationUnharmed(String classes, Fault fault)
      throws Exception {
    Path agent =
        FaultyAgent.make(
            Jvm.AGENT, List.of(classes.split(" ")), fault, directory.resolve("agent.jar"));
    try (Receiver receiver = Receiver.start();
        Jvm jvm = Jvm.of(Steady.class, "simpleclient").agent(agent).sendingTo(receiver).start()) {
      int exitCode = jvm.exitCode(Duration.ofSeconds(60));
      assertThat(jvm.stdout()).as(jvm.output()).isEqualTo(expected);
      assertThat(exitCode).isEqualTo(3);
    }
  }

  @Test
  void healthyAgentLeavesStdoutAlone() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = Jvm.of(Steady.class, "simpleclient").sendingTo(receiver).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isEqualTo(3);
      assertThat(jvm.stdout()).isEqualTo(expected);
      assertThat(receiver.spans).hasSize(2);
    }
  }
}
