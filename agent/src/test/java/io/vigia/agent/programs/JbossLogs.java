package io.vigia.agent.programs;

import org.jboss.logmanager.Level;
import org.jboss.logmanager.LogContext;
import org.jboss.logmanager.Logger;
import org.jboss.logmanager.MDC;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jboss.logmanager.handlers.ConsoleHandler;

/** Logs with JBoss LogManager, as in Quarkus and WildFly. */
public final class JbossLogs {

  public static void main(String[] args) throws Exception {
    ConsoleHandler console = new ConsoleHandler(ConsoleHandler.Target.SYSTEM_OUT);
    console.setFormatter(new PatternFormatter("line %m trace=%X{trace_id}%n"));
    LogContext.getLogContext().getLogger("").addHandler(console);
    Logger log = Logger.getLogger(JbossLogs.class.getName());
    InRequest.run(
        () -> {
          MDC.put("customer", "c-42");
          log.log(Level.INFO, "order 7 taken");
          log.log(Level.WARN, "no stock", new IllegalStateException("empty shelf"));
          MDC.remove("customer");
        });
    Stay.asLongAs(args);
  }

  private JbossLogs() {}
}
