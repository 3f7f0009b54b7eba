package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.AuditLogs;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point 5: no gap where a logger of an application that prints writes to a file only. */
@Execution(ExecutionMode.CONCURRENT)
class AuditLogsIT {
  @ParameterizedTest
  @ValueSource(strings = {"jdk", "logback", "log4j"})
  void whatALoggerWritesToAFileOnlyIsSentAndWhatOthersPrintIsNot(
      String framework, @TempDir Path directory) throws Exception {
    Path configuration =
        Files.writeString(
            directory.resolve(framework.equals("jdk") ? "logging.properties" : "logging.xml"),
            configuration(framework).formatted(directory));
    try (Receiver receiver = Receiver.start()) {
      receiver.stdout = "{\"on\":true,\"reads\":true,\"seen\":true}";
      try (Jvm jvm =
          Jvm.of(AuditLogs.class, "logback", "slf4j-api", "log4j-")
              .sendingTo(receiver)
              .environment("VIGIA_POD_NAME", "shop-1")
              .environment("VIGIA_POD_UID", "uid1")
              .option("-D" + property(framework) + "=" + configuration)
              .arguments(framework, "told")
              .start()) {
        // what a console got is found there: from then on nothing of it is held
        jvm.awaitUnlessEnded(
            () ->
                receiver.logs().size() >= 3
                    && jvm.output().contains("container's stdout; not sent from here"));
        jvm.endWell();
        assertThat(receiver.logs())
            .as(jvm.output())
            .extracting(log -> log.get("message"))
            .containsExactlyInAnyOrder(
                "audit of order 1",
                "audit of order 2",
                "audit of order 3",
                "audit of the last order");
        assertThat(jvm.output()).contains("the last order was taken").doesNotContain("audit of");
        assertThat(directory.resolve("audit.log")).content().contains("audit of the last order");
      }
    }
  }

  private static String property(String framework) {
    return switch (framework) {
      case "logback" -> "logback.configurationFile";
      case "log4j" -> "log4j2.configurationFile";
      default -> "java.util.logging.config.file";
    };
  }

  /** Its log file is in the folder {@code %1$s}. */
  private static String configuration(String framework) {
    return switch (framework) {
      case "logback" ->
          """
          <configuration>
            <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
              <encoder><pattern>%%m%%n</pattern></encoder>
            </appender>
            <appender name="FILE" class="ch.qos.logback.core.FileAppender">
              <file>%1$s/audit.log</file><encoder><pattern>%%m%%n</pattern></encoder>
            </appender>
            <logger name="audit" additivity="false"><appender-ref ref="FILE"/></logger>
            <root level="info"><appender-ref ref="OUT"/></root>
          </configuration>
          """;
      case "log4j" ->
          """
          <Configuration>
            <Appenders>
              <Console name="OUT"><PatternLayout pattern="%%m%%n"/></Console>
              <File name="FILE" fileName="%1$s/audit.log"><PatternLayout pattern="%%m%%n"/></File>
            </Appenders>
            <Loggers>
              <Logger name="audit" additivity="false" level="info"><AppenderRef ref="FILE"/></Logger>
              <Root level="info"><AppenderRef ref="OUT"/></Root>
            </Loggers>
          </Configuration>
          """;
      default ->
          """
          handlers=java.util.logging.ConsoleHandler
          audit.handlers=java.util.logging.FileHandler
          audit.useParentHandlers=false
          java.util.logging.FileHandler.pattern=%1$s/audit.log
          """;
    };
  }
}
