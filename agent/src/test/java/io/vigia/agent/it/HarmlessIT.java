package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.it.FaultyAgent.Fault;
import io.vigia.agent.programs.Steady;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Point 6: whatever breaks in the agent, the application's stdout and exit code are those of a run
 * without it. The classes that upstream calls are broken in turn; each fault is one that is met.
 */
@Execution(ExecutionMode.CONCURRENT)
class HarmlessIT {

  private static final String[] LIBRARIES = {
    "simpleclient", "opentelemetry-api", "opentelemetry-context", "opentelemetry-common"
  };

  private static List<String> expected = List.of();

  @TempDir Path directory;

  @BeforeAll
  static void runWithoutAgent() throws Exception {
    try (Jvm plain = Jvm.of(Steady.class, LIBRARIES).withoutAgent().start()) {
      assertThat(plain.exitCode(Duration.ofSeconds(60))).isEqualTo(3);
      expected = plain.stdout();
      assertThat(expected).containsExactly("begin", "served 1.0", "end", "hook");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "boot.CollectorAddress, FAILS",
    "boot.Setting, FAILS",
    "extension.VigiaCustomizer, DAMAGED",
    "extension.VigiaCustomizer, THROWS",
    "extension.resource.ServiceIdentity, THROWS",
    "extension.traces.RemoteSampling, FAILS",
    "extension.traces.ReadAllPropagatorProvider, THROWS",
    "extension.traces.TraceContextPropagatorProvider, THROWS",
    "extension.export.SpillingHttpSenderProvider, THROWS",
    "extension.metrics.AppRegistryProducer, FAILS",
    "extension.metrics.BoundedReader, FAILS",
    "extension.metrics.PrometheusEndpoint, FAILS",
    "extension.export.Adoption, FAILS",
    "extension.export.LastHook, FAILS",
    "extension.lazy.LazyModules, THROWS",
    "extension.lazy.LazyTransformations, THROWS",
    "extension.lazy.LazyLambdas, FAILS",
    "extension.VerdictListener, FAILS",
    "extension.metrics.CollectorRegistryModule, FAILS",
    "extension.logs.AppLoggersModule, FAILS",
    "extension.logs.FileLoggers, FAILS",
    "extension.export.ExportHealth, FAILS",
    "extension.export.QueueBounds, FAILS",
    "extension.export.BoundedSpans, FAILS",
    "extension.resource.CloudResources, FAILS",
    "extension.resource.KubeletMounts, FAILS",
    "extension.metrics.MetricsForm, FAILS",
    "extension.metrics.AskedFormExporter, FAILS",
    "extension.logs.FluencySink, FAILS",
    "extension.logs.StdoutQuestion, FAILS",
    // while the application runs, on its own threads and on ours: none hides another
    "extension.logs.ForwardRecord#encode extension.export.Outbox#send"
        + " extension.metrics.AppRegistryProducer#produce, FAILS",
    "extension.traces.ReadAllPropagator#extract extension.traces.TraceContextPropagator#extract"
        + " extension.traces.RemoteSampler#shouldSample"
        + " extension.redact.RedactingLogExporter#export"
        + " extension.redact.RedactingSpanExporter#export"
        + " extension.redact.RedactingMetrics#apply, FAILS",
    "extension.traces.TraceContextPropagator#inject extension.logs.ForwardLogExporter#export"
        + " extension.export.SpillingHttpSender#send extension.metrics.PatientReading#get, FAILS",
    "extension.export.BoundedSpans#fits extension.export.BoundedLogs#fits"
        + " extension.metrics.MetricsForm#isDelta extension.metrics.MetricsForm#isExponential"
        + " extension.metrics.AgentHealthProducer#produce extension.logs.FluencySink#offer, FAILS",
    "extension.export.Footprint#of extension.export.QueueBound#release"
        + " extension.logs.StdoutQuestion#ask, FAILS",
  })
  void brokenClassesOfOursLeaveTheApplicationUnharmed(String classes, Fault fault)
      throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Steady.class, LIBRARIES)
                .argument("by hand")
                .agent(faulty(classes, fault))
                .sendingTo(receiver)
                .option("-Dotel.logs.exporter=vigia,otlp") // both ways are met
                .environment("VIGIA_PROMETHEUS", "0") // any free port
                .environment("KUBERNETES_SERVICE_HOST", "10.0.0.1")
                .environment("VIGIA_POD_UID", "0cb9b5a1-5a3e-4f0e-8a64-8a3bb4b3b1c2")
                .start()) {
      assertUnharmed(jvm, classes, fault);
    }
  }

  private Path faulty(String classes, Fault fault) throws Exception {
    return FaultyAgent.make(
        Jvm.AGENT, List.of(classes.split(" ")), fault, directory.resolve("agent.jar"));
  }

  private void assertUnharmed(Jvm jvm, String classes, Fault fault) throws Exception {
    int exitCode = jvm.exitCode(Duration.ofSeconds(60));
    assertThat(jvm.stdout()).as(jvm.output()).isEqualTo(expected);
    assertThat(exitCode).isEqualTo(3);
    // a damaged class cannot say so
    for (String place : fault == Fault.DAMAGED ? new String[0] : classes.split(" ")) {
      assertThat(jvm.output()).contains(FaultyAgent.REACHED + place);
    }
  }

  /** Where there is no agent, no secret leaves either. */
  @ParameterizedTest
  @CsvSource({
    "extension.Declared, FAILS",
    "extension.Declared, DAMAGED",
    "extension.redact.RedactingSpanExporter#export extension.redact.RedactingMetrics#apply, FAILS",
  })
  void brokenClassesOfOursLeaveTheApplicationUnharmedByAConfigurationInYaml(
      String classes, Fault fault) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Steady.class, LIBRARIES)
                .argument("by hand")
                .agent(faulty(classes, fault))
                .option("-Dotel.config.file=" + UpstreamSettingsIT.yaml(directory, receiver, ""))
                .start()) {
      assertUnharmed(jvm, classes, fault);
      assertThat(receiver.spans).isEmpty();
    }
  }

  /** What is around the process: each is one that people have met. */
  @EnabledIfEnvironmentVariable(
      named = "VIGIA_REQUIRE_BACKENDS",
      matches = "1",
      disabledReason = "takes more than a minute; VIGIA_REQUIRE_BACKENDS=1 runs it")
  @ParameterizedTest
  @EnumSource(Surroundings.class)
  void badSurroundingsLeaveTheApplicationUnharmed(Surroundings surroundings) throws Exception {
    try (Surroundings.Broken broken = surroundings.set(directory);
        Jvm jvm = broken.around(Jvm.of(Steady.class, LIBRARIES)).start()) {
      int exitCode = jvm.exitCode(Duration.ofSeconds(120));
      assertThat(jvm.stdout()).as(jvm.output()).isEqualTo(expected);
      assertThat(exitCode).isEqualTo(3);
      assertThat(jvm.output()).contains(broken.isSaid());
    }
  }

  @Test
  void healthyAgentLeavesStdoutAlone() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = Jvm.of(Steady.class, LIBRARIES).argument("by hand").sendingTo(receiver).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isEqualTo(3);
      assertThat(jvm.stdout()).isEqualTo(expected);
      assertThat(receiver.spans).hasSize(3);
    }
  }
}
