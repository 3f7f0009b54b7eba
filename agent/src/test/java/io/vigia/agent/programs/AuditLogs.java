package io.vigia.agent.programs;

import java.util.function.BiConsumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.logging.log4j.LogManager;
import org.slf4j.LoggerFactory;

/**
 * Logs by the framework that is named, first with a logger that prints, then with one that the
 * configuration sends to a file only, until it is told to end.
 */
public final class AuditLogs {

  public static void main(String[] args) throws Exception {
    BiConsumer<String, String> log = framework(args[0]);
    for (int i = 1; i <= 3; i++) {
      log.accept("shop", "order " + i + " was taken");
      log.accept("audit", "audit of order " + i);
    }
    Stay.asLongAs(new String[] {args[1]});
    log.accept("shop", "the last order was taken");
    log.accept("audit", "audit of the last order");
  }

  private static BiConsumer<String, String> framework(String name) {
    return switch (name) {
      case "logback" -> (logger, text) -> LoggerFactory.getLogger(logger).info(text);
      case "log4j" -> (logger, text) -> LogManager.getLogger(logger).info(text);
      default -> (logger, text) -> Logger.getLogger(logger).log(Level.INFO, text);
    };
  }

  private AuditLogs() {}
}
