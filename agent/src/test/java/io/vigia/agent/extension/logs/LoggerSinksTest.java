package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.logging.ConsoleHandler;
import java.util.logging.FileHandler;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.logging.MemoryHandler;
import org.apache.logging.log4j.core.config.ConfigurationSource;
import org.apache.logging.log4j.core.config.xml.XmlConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of the libraries as applications configure them. */
class LoggerSinksTest {
  private static final String LOGBACK =
      """
      <configuration>
        <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
          <encoder><pattern>%%m%%n</pattern></encoder>
        </appender>
        <appender name="FILE" class="ch.qos.logback.core.FileAppender">
          <file>%1$s/app.log</file><encoder><pattern>%%m%%n</pattern></encoder>
        </appender>
        <appender name="DEVICE" class="ch.qos.logback.core.FileAppender">
          <file>/dev/stdout</file><encoder><pattern>%%m%%n</pattern></encoder>
        </appender>
        <appender name="LATER" class="ch.qos.logback.classic.AsyncAppender">
          <appender-ref ref="FILE"/>
        </appender>
        <appender name="OUT_LATER" class="ch.qos.logback.classic.AsyncAppender">
          <appender-ref ref="OUT"/>
        </appender>
        <appender name="ELSEWHERE" class="ch.qos.logback.core.read.ListAppender"/>
        <logger name="audit" additivity="false"><appender-ref ref="FILE"/></logger>
        <logger name="later" additivity="false"><appender-ref ref="LATER"/></logger>
        <logger name="both"><appender-ref ref="FILE"/></logger>
        <logger name="out_later" additivity="false"><appender-ref ref="OUT_LATER"/></logger>
        <logger name="device" additivity="false"><appender-ref ref="DEVICE"/></logger>
        <logger name="elsewhere" additivity="false"><appender-ref ref="ELSEWHERE"/></logger>
        <logger name="nowhere" additivity="false"/>
        <root><appender-ref ref="OUT"/></root>
      </configuration>
      """;

  private static final String LOG4J =
      """
      <Configuration>
        <Appenders>
          <Console name="OUT"/>
          <File name="FILE" fileName="%1$s/log4j.log"/>
          <RollingFile name="ROLLING" fileName="%1$s/rolling.log" filePattern="%1$s/%%i.log">
            <SizeBasedTriggeringPolicy/>
          </RollingFile>
          <File name="DEVICE" fileName="/dev/stdout"/>
          <Async name="LATER"><AppenderRef ref="ROLLING"/></Async>
          <Async name="OUT_LATER"><AppenderRef ref="OUT"/></Async>
        </Appenders>
        <Loggers>
          <Logger name="audit" additivity="false"><AppenderRef ref="FILE"/></Logger>
          <Logger name="later" additivity="false"><AppenderRef ref="LATER"/></Logger>
          <Logger name="both"><AppenderRef ref="FILE"/></Logger>
          <Logger name="out_later" additivity="false"><AppenderRef ref="OUT_LATER"/></Logger>
          <Logger name="device" additivity="false"><AppenderRef ref="DEVICE"/></Logger>
          <Logger name="elsewhere" additivity="false"><AppenderRef ref="OUT"/></Logger>
          <Logger name="nowhere" additivity="false"/>
          <Root><AppenderRef ref="OUT"/></Root>
        </Loggers>
      </Configuration>
      """;

  private static final List<String> TO_FILES = List.of("audit", "audit.orders.Paid", "later");
  private static final List<String> PERHAPS_TO_STDOUT =
      List.of("shop", "both", "both.orders", "out_later", "device", "elsewhere", "nowhere");

  @TempDir private Path folder;

  @Test
  void logbacksLoggersToFilesAreKnown() throws JoranException {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(bytes(LOGBACK));
    try {
      assertKnown(context::getLogger);
    } finally {
      context.stop();
    }
  }

  @Test
  void log4jsLoggersToFilesAreKnown() throws IOException {
    org.apache.logging.log4j.core.LoggerContext context =
        new org.apache.logging.log4j.core.LoggerContext("test");
    context.start(new XmlConfiguration(context, new ConfigurationSource(bytes(LOG4J))));
    try {
      assertKnown(context::getLogger);
    } finally {
      context.stop();
    }
  }

  private static void assertKnown(Function<String, Object> loggers) {
    assertThat(TO_FILES).allMatch(name -> LoggerSinks.areFiles(loggers.apply(name)));
    assertThat(PERHAPS_TO_STDOUT).noneMatch(name -> LoggerSinks.areFiles(loggers.apply(name)));
  }

  @Test
  void theJdksLoggersToFilesAreKnown() throws IOException {
    Logger audit = Logger.getLogger("vigia.test.audit");
    Logger below = Logger.getLogger("vigia.test.audit.orders");
    FileHandler file = new FileHandler(folder.resolve("jdk.log").toString());
    audit.addHandler(file);
    try {
      assertThat(LoggerSinks.areFiles(audit)).as("it prints, too, by its parent").isFalse();
      audit.setUseParentHandlers(false);
      assertThat(LoggerSinks.areFiles(audit)).isTrue();
      assertThat(LoggerSinks.areFiles(below)).isTrue();
      audit.addHandler(new MemoryHandler(new ConsoleHandler(), 10, Level.ALL));
      assertThat(LoggerSinks.areFiles(below)).as("perhaps it prints later").isFalse();
    } finally {
      file.close();
    }
  }

  @Test
  void whatIsNoLoggerOfTheseIsNone() {
    assertThat(LoggerSinks.areFiles("audit")).isFalse();
  }

  private ByteArrayInputStream bytes(String configuration) {
    return new ByteArrayInputStream(
        configuration.formatted(folder).getBytes(StandardCharsets.UTF_8));
  }
}
