package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Hello;
import io.vigia.agent.programs.JulLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What upstream's file of properties says counts for all that the agent does. */
class ConfigurationFileIT {

  @TempDir Path directory;

  @Test
  void protocolInItHasItsPort() throws Exception {
    try (Jvm jvm =
        containing("otel.exporter.otlp.protocol=grpc", Jvm.of(Hello.class))
            .environment("VIGIA_COLLECTOR", "127.0.0.1")
            .argument("told")
            .start()) {
      jvm.awaitUnlessEnded(() -> jvm.output().contains(": service "));
      jvm.endWell();
      assertThat(jvm.output()).contains("collector http://127.0.0.1:4317 (from VIGIA_COLLECTOR)");
    }
  }

  @Test
  void endpointInItGoesBeforeTheNode() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            containing("otel.exporter.otlp.endpoint=" + url(receiver), Jvm.of(JulLogs.class))
                .environment("HOST_IP", "127.0.0.99")
                .environment("VIGIA_FORWARD", "127.0.0.1:" + receiver.forwardPort())
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).isNotEmpty();
    }
  }

  @Test
  void settingsOfOursInItCountBelowPropertiesAndVariables() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            containing(
                    "vigia.collector="
                        + url(receiver)
                        + "\nvigia.forward=127.0.0.1:1\nvigia.redact=false\nvigia.workload=shop",
                    Jvm.of(JulLogs.class))
                .environment("VIGIA_FORWARD", "127.0.0.1:" + receiver.forwardPort())
                .environment("KUBERNETES_SERVICE_HOST", "10.0.0.1")
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.spans).as(jvm.output()).isNotEmpty();
      assertThat(receiver.logs()).as(jvm.output()).isNotEmpty();
      assertThat(receiver.resource()).containsEntry("service.name", "shop");
    }
  }

  @Test
  void whatNobodyKnowsInItIsNamedWithTheNearest() throws Exception {
    try (Jvm jvm =
        containing(
                "otel.service.nmae=shop\nvigia.colector=here\nserver.port=1\n"
                    + "otel.exporter.otlp.traces.protokol=grpc",
                Jvm.of(Hello.class))
            .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.output().lines().filter(line -> line.contains("unknown")))
          .containsExactly(
              "[vigia] unknown setting in the configuration file"
                  + " otel.exporter.otlp.traces.protokol; did you mean"
                  + " otel.exporter.otlp.traces.protocol?",
              "[vigia] unknown setting in the configuration file otel.service.nmae; did you mean"
                  + " otel.service.name?",
              "[vigia] unknown setting in the configuration file vigia.colector; did you mean"
                  + " vigia.collector?");
    }
  }

  @Test
  void checkFollowsIt() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            containing(
                    "otel.exporter.otlp.endpoint="
                        + url(receiver)
                        + "\notel.service.name=shop\notel.logs.exporter=none",
                    Jvm.agentItself("check"))
                .start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.stdout())
          .contains(
              "service                shop (from OTEL_SERVICE_NAME)",
              "collector              " + url(receiver) + " (from otel.exporter.otlp.endpoint)",
              "traces, metrics        OTLP/HTTP: reachable");
    }
  }

  /** How much to trace, and the form of metrics. */
  @Test
  void questionsToTheCollectorHaveTheCredentialsThatItNames() throws Exception {
    Identity identity = Identity.make(directory, "one");
    Path trusted = Files.writeString(directory.resolve("trusted.pem"), identity.certificate());
    Path key = Files.writeString(directory.resolve("client.key"), identity.key());
    String tls = "otel.exporter.otlp.";
    try (Receiver receiver = Receiver.start(Way.HTTP, identity, 0)) {
      try (Jvm jvm =
          containing(
                  String.join(
                      "\n",
                      List.of(
                          tls + "endpoint=https://127.0.0.1:" + receiver.otlpPort(),
                          tls + "certificate=" + trusted,
                          tls + "client.certificate=" + trusted,
                          tls + "client.key=" + key,
                          tls + "headers=Authorization=Bearer%20one")),
                  Jvm.of(Hello.class))
              .environment("OTEL_SERVICE_NAME", "shop")
              .argument("told")
              .start()) {
        jvm.awaitUnlessEnded(
            () -> jvm.output().contains(": service ") && !receiver.samplingQueries.isEmpty());
        jvm.endWell();
        assertThat(jvm.output()).contains("): reachable; ");
        assertThat(receiver.samplingQueries).contains("service=shop");
        assertThat(receiver.authorizations).containsOnly("Bearer one");
      }
    }
  }

  private Jvm.Builder containing(String settings, Jvm.Builder builder) throws Exception {
    Path file = Files.writeString(directory.resolve("agent.properties"), settings);
    return builder.environment("OTEL_JAVAAGENT_CONFIGURATION_FILE", file.toString());
  }

  private static String url(Receiver receiver) {
    return "http://127.0.0.1:" + receiver.otlpPort();
  }
}
