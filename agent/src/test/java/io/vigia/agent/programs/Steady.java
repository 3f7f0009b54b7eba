package io.vigia.agent.programs;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.OpenTelemetry;
import io.prometheus.client.Counter;
import java.util.logging.Logger;

/**
 * Uses a bit of everything that the agent acts on, with any argument the API too; its stdout is the
 * same in each run.
 */
public final class Steady {

  private static final Counter ORDERS = Counter.build("orders_total", "Orders").register();

  public static void main(String[] args) throws Exception {
    Logger log = Logger.getLogger(Steady.class.getName());
    System.out.println("begin");
    InRequest.run(
        () -> {
          log.info("in a request");
          ORDERS.inc();
          System.out.println("served " + ORDERS.get());
        });
    if (args.length > 0) {
      byHand();
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("hook")));
    System.out.println("end");
    System.exit(3);
  }

  /** Spans, metrics and events of the application's own, on its own thread. */
  private static void byHand() {
    OpenTelemetry otel = GlobalOpenTelemetry.get();
    otel.getTracer("steady").spanBuilder("by hand").startSpan().end();
    otel.getMeter("steady").counterBuilder("by hand").build().add(1);
    otel.getMeter("steady").histogramBuilder("sizes by hand").build().record(1);
    otel.getLogsBridge().get("steady").logRecordBuilder().setBody("by hand").emit();
  }

  private Steady() {}
}
