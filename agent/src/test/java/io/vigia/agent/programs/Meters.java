package io.vigia.agent.programs;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;

/**
 * Meters of Micrometer, in a registry for Prometheus as Spring Boot makes it, and in one of their
 * own as Ktor's manual has it.
 */
public final class Meters {

  /** Held, as a service does: else the next collection ends it. */
  private static final PrometheusMeterRegistry OWN =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public static void main(String[] args) throws Exception {
    Metrics.addRegistry(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    Metrics.counter("meters.orders", "kind", "web").increment(2);
    Metrics.gauge("meters.stock", 12);
    Timer.builder("meters.wait").register(Metrics.globalRegistry).record(Duration.ofMillis(250));
    OWN.counter("meters.alone").increment(4);
    System.out.println("ready 1");
    Stay.asLongAs(args);
  }

  private Meters() {}
}
