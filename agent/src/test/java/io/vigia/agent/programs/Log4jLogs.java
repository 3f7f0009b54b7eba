package io.vigia.agent.programs;

import java.util.Map;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.ThreadContext;
import org.apache.logging.log4j.core.appender.ConsoleAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilder;
import org.apache.logging.log4j.core.config.builder.api.ConfigurationBuilderFactory;
import org.apache.logging.log4j.core.config.builder.impl.BuiltConfiguration;
import org.apache.logging.log4j.message.MapMessage;
import org.apache.logging.log4j.message.StringMapMessage;

/** Logs with Log4j 2; its own lines have the trace id. */
public final class Log4jLogs {

  public static void main(String[] args) throws Exception {
    ConfigurationBuilder<BuiltConfiguration> builder =
        ConfigurationBuilderFactory.newConfigurationBuilder();
    builder.add(
        builder
            .newAppender("out", "Console")
            .addAttribute("target", ConsoleAppender.Target.SYSTEM_OUT)
            .add(
                builder
                    .newLayout("PatternLayout")
                    .addAttribute("pattern", "line %m trace=%X{trace_id}%n")));
    builder.add(builder.newRootLogger(Level.INFO).add(builder.newAppenderRef("out")));
    Configurator.initialize(builder.build());
    Logger log = LogManager.getLogger(Log4jLogs.class);
    InRequest.run(
        () -> {
          ThreadContext.put("customer", "c-42");
          log.info("order {} taken", 7);
          log.warn("no stock", new IllegalStateException("empty shelf"));
          MapMessage<?, ?> event = new StringMapMessage(Map.of("sku", "A1"));
          log.error(event);
          ThreadContext.clearAll();
        });
    log.debug("not shown");
    Stay.asLongAs(args);
  }

  private Log4jLogs() {}
}
