package io.vigia.agent.programs;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Gauge;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;

/**
 * Has a metric that never answers: a collector of simpleclient, or with {@code gauge} as first
 * argument one of the API. Serves a request, logs, stays as long as told, and ends.
 */
public final class Hanging {

  private static final CountDownLatch NEVER = new CountDownLatch(1);
  private static final CollectorRegistry OWN = new CollectorRegistry();

  public static void main(String[] args) throws Exception {
    if (args[0].equals("gauge")) {
      GlobalOpenTelemetry.get()
          .getMeter("hanging")
          .gaugeBuilder("hanging")
          .buildWithCallback(measurement -> measurement.record(never()));
    } else {
      Gauge.build("stock", "Stock").register().set(12);
      new Collector() {
        @Override
        public List<MetricFamilySamples> collect() {
          never();
          return List.of();
        }
      }.register(OWN);
    }
    InRequest.run(() -> Logger.getLogger(Hanging.class.getName()).info("in a request"));
    Stay.asLongAs(Arrays.copyOfRange(args, 1, args.length));
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private static double never() {
    try {
      NEVER.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private Hanging() {}
}
