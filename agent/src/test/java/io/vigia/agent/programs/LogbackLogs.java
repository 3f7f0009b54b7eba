package io.vigia.agent.programs;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MarkerFactory;

/** One event inside a request, with a key-value pair and a marker; stays as long as told. */
public final class LogbackLogs {

  private static final Logger LOG = LoggerFactory.getLogger(LogbackLogs.class);

  public static void main(String[] args) throws Exception {
    InRequest.run(
        () ->
            LOG.atInfo()
                .addKeyValue("sku", "A1")
                .addMarker(MarkerFactory.getMarker("AUDIT"))
                .log("order 7 taken"));
    Stay.asLongAs(args);
  }

  private LogbackLogs() {}
}
