package io.vigia.agent.programs;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.core.metrics.Summary;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts with prometheus-metrics 1.x inside a request, then stays until it is killed. */
public final class Shop {

  private static final Counter ORDERS =
      Counter.builder().name("shop_orders_total").help("Orders").labelNames("kind").register();
  private static final Histogram PRICE =
      Histogram.builder()
          .name("shop_price_euros")
          .help("Price")
          .classicOnly()
          .classicUpperBounds(1, 10)
          .register();
  private static final Summary SIZE =
      Summary.builder().name("shop_size").help("Size").quantile(0.5).register();
  private static final Histogram WEIGHT =
      Histogram.builder()
          .name("shop_weight_kilograms")
          .help("Weight")
          .nativeOnly()
          .nativeInitialSchema(0)
          .register();
  private static final PrometheusRegistry OWN = new PrometheusRegistry();
  private static final Gauge STOCK = Gauge.builder().name("shop_stock").help("S").register(OWN);

  public static void main(String[] args) throws Exception {
    AtomicInteger requests = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      ORDERS.labelValues("k" + i).inc();
    }
    STOCK.set(12);
    SIZE.observe(4);
    InRequest.run(
        () -> {
          requests.incrementAndGet();
          PRICE.observe(5);
          PRICE.observe(50);
          WEIGHT.observe(3);
          WEIGHT.observe(16);
        });
    System.out.println("ready " + requests.get());
    Thread.sleep(600_000);
  }

  private Shop() {}
}
