package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.JbossLogs;
import io.vigia.agent.programs.JulLogs;
import io.vigia.agent.programs.Log4jLogs;
import io.vigia.agent.programs.LogbackLogs;
import io.vigia.agent.programs.OrderService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point 5: every logging framework, and who ships. Logback is in {@link ThreeSignalsIT}. */
@Execution(ExecutionMode.CONCURRENT)
class LogsIT {

  @Test
  void log4jEventsArriveWithContextExceptionAndFieldsAndItsLinesHaveTheTraceId() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = run(receiver, Jvm.of(Log4jLogs.class, "log4j-"), 3)) {
      String traceId = traceId(receiver);
      assertThat(receiver.logs()).hasSize(3);
      Map<String, Object> taken = receiver.logs().get(0);
      assertThat(taken)
          .containsEntry("message", "order 7 taken")
          .containsEntry("level", "INFO")
          .containsEntry("logger", Log4jLogs.class.getName())
          .containsEntry("trace_id", traceId)
          .containsKey("thread");
      assertThat(taken.get("attributes"))
          .asString()
          .contains("customer=c-42")
          .doesNotContain(traceId);
      assertThat(receiver.logs().get(1))
          .containsEntry("level", "WARN")
          .containsEntry("exception.type", "java.lang.IllegalStateException")
          .containsEntry("exception.message", "empty shelf");
      assertThat(receiver.logs().get(2).get("attributes"))
          .asString()
          .contains("sku")
          .contains("A1");
      assertThat(jvm.output()).contains("line order 7 taken trace=" + traceId);
    }
  }

  /** They leave by OTLP then, and would come twice. */
  @Test
  void whatACollectorWithAnHttpsAddressReadsFromStdoutIsNotSent(@TempDir Path directory)
      throws Exception {
    Identity identity = Identity.make(directory, "collector");
    Path certificate = Files.writeString(directory.resolve("tls.pem"), identity.certificate());
    Path key = Files.writeString(directory.resolve("tls.key"), identity.key());
    try (Receiver receiver = Receiver.start(Way.HTTP, identity, 0)) {
      receiver.stdout = "{\"on\":true,\"reads\":true,\"seen\":true}";
      try (Jvm jvm =
          Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
              .environment("VIGIA_COLLECTOR", "https://127.0.0.1:" + receiver.otlpPort())
              .environment("OTEL_EXPORTER_OTLP_CERTIFICATE", certificate.toString())
              .environment("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", certificate.toString())
              .environment("OTEL_EXPORTER_OTLP_CLIENT_KEY", key.toString())
              .environment("VIGIA_POD_NAME", "shop-1")
              .environment("VIGIA_POD_UID", "uid1")
              .argument("told")
              .start()) {
        // a second time: then it knows the answer to the first
        jvm.awaitUnlessEnded(
            () -> receiver.stdoutQueries.stream().filter(q -> q.contains("order 7")).count() > 1);
        jvm.endWell();
        assertThat(jvm.output()).contains("container's stdout; not sent from here");
        assertThat(receiver.spans).as(jvm.output()).hasSize(2);
        assertThat(receiver.otlpLogs).as(jvm.output()).isEmpty();
      }
    }
  }

  @Test
  void logbackEventsArriveWithPairsAndMarkersAndItsLinesHaveTheTraceId(@TempDir Path directory)
      throws Exception {
    Path configuration =
        Files.writeString(
            directory.resolve("logback.xml"),
            """
            <configuration>
              <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>line %msg trace=%X{trace_id}%n</pattern></encoder>
              </appender>
              <root level="info"><appender-ref ref="OUT"/></root>
            </configuration>
            """);
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            run(
                receiver,
                Jvm.of(LogbackLogs.class, "logback", "slf4j-api")
                    .option("-Dlogback.configurationFile=" + configuration),
                1)) {
      String traceId = traceId(receiver);
      assertThat(receiver.logs())
          .as(jvm.output())
          .singleElement()
          .satisfies(
              log -> {
                assertThat(log)
                    .containsEntry("message", "order 7 taken")
                    .containsEntry("trace_id", traceId);
                assertThat(log.get("attributes"))
                    .asString()
                    .contains("sku=A1")
                    .contains("AUDIT")
                    .doesNotContain(traceId);
              });
      assertThat(jvm.output()).contains("line order 7 taken trace=" + traceId);
    }
  }

  @Test
  void javaUtilLoggingEventsArriveWithExceptionAndTrace() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = run(receiver, Jvm.of(JulLogs.class), 2)) {
      assertThat(receiver.logs()).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs().get(0))
          .containsEntry("message", "order 7 taken")
          .containsEntry("level", "INFO")
          .containsEntry("logger", JulLogs.class.getName())
          .containsEntry("trace_id", traceId(receiver))
          .containsKey("thread");
      assertThat(receiver.logs().get(1))
          .containsEntry("exception.type", "java.lang.IllegalStateException");
    }
  }

  @Test
  void jbossLogManagerEventsArriveWithContextAndItsLinesHaveTheTraceId() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            run(
                receiver,
                Jvm.of(JbossLogs.class, "jboss-logmanager", "smallrye-common", "jakarta.json")
                    .option("-Djava.util.logging.manager=org.jboss.logmanager.LogManager"),
                2)) {
      String traceId = traceId(receiver);
      assertThat(receiver.logs())
          .as(jvm.output())
          .filteredOn("message", "order 7 taken")
          .singleElement()
          .satisfies(
              log -> {
                assertThat(log).containsEntry("trace_id", traceId);
                assertThat(log.get("attributes")).asString().contains("customer=c-42");
              });
      assertThat(jvm.output()).contains("line order 7 taken trace=" + traceId);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"otlp", "none"})
  void logsLeaveByExactlyTheWayThatIsSet(String way) throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            run(
                receiver,
                Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
                    .environment("VIGIA_LOGS", way),
                way.equals("none") ? 0 : 3)) {
      assertThat(receiver.logs()).as(jvm.output()).isEmpty();
      assertThat(receiver.otlpLogs)
          .extracting(log -> log.getBody().getStringValue())
          .isEqualTo(
              way.equals("none")
                  ? java.util.List.of()
                  : java.util.List.of("started", "order 7 taken", "no stock"));
    }
  }

  /** Runs it until so many spans and log events have arrived. */
  private static Jvm run(Receiver receiver, Jvm.Builder program, int events) throws Exception {
    Jvm jvm =
        program
            .sendingTo(receiver)
            .option("-Dotel.metrics.exporter=none")
            .option("-Dotel.bsp.schedule.delay=100")
            .option("-Dotel.blrp.schedule.delay=100")
            .argument("told")
            .start();
    jvm.awaitUnlessEnded(
        () ->
            receiver.spans.size() >= 2
                && receiver.logs().size() + receiver.otlpLogs.size() >= events);
    jvm.endWell();
    return jvm;
  }

  private static String traceId(Receiver receiver) {
    Span span = receiver.spans.stream().findFirst().orElseThrow();
    return HexFormat.of().formatHex(span.getTraceId().toByteArray());
  }
}
