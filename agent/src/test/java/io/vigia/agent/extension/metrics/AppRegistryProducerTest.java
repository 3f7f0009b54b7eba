package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.resources.Resource;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.vigia.agent.boot.AppRegistries;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Against the real client libraries. What one test registers the others see under other names. */
class AppRegistryProducerTest {

  private static final int LONG_MILLIS = 60_000;

  private final AppRegistryProducer producer = new AppRegistryProducer(100, true, LONG_MILLIS);

  @Test
  void familyThatIsNoneCostsOnlyItself() {
    CollectorRegistry registry = registry();
    Gauge.build("healthy_one", "Healthy").register(registry).set(1);
    Collector.MetricFamilySamples.Sample bucket =
        new Collector.MetricFamilySamples.Sample(
            "broken_bucket", List.of("le"), List.of("many"), 1);
    collector("broken", Collector.Type.HISTOGRAM, bucket).register(registry);
    assertThat(metrics(producer)).containsKey("healthy_one").doesNotContainKey("broken");
  }

  @Test
  void registryWhoseCollectorFailsCostsOnlyItself() {
    new Collector() {
      @Override
      public List<MetricFamilySamples> collect() {
        return new AbstractList<>() {
          @Override
          public MetricFamilySamples get(int index) {
            if (index == 0) {
              return new MetricFamilySamples("first", Type.GAUGE, "first", List.of());
            }
            throw new StackOverflowError("deep");
          }

          @Override
          public int size() {
            return 2;
          }
        };
      }
    }.register(registry());
    CollectorRegistry other = registry();
    Gauge.build("healthy_two", "Healthy").register(other).set(1);
    assertThat(metrics(producer)).containsKey("healthy_two");
  }

  /** One that asks a database which is away; the client libraries would give nothing at all. */
  @Test
  void collectorThatFailsCostsOnlyItself() {
    CollectorRegistry registry = registry();
    new Collector() {
      @Override
      public List<MetricFamilySamples> collect() {
        throw new IllegalStateException("away");
      }
    }.register(registry);
    Gauge.build("healthy_four", "Healthy").register(registry).set(1);
    PrometheusRegistry newer = new PrometheusRegistry();
    AppRegistries.created(newer);
    newer.register(
        (io.prometheus.metrics.model.registry.Collector)
            () -> {
              throw new IllegalStateException("away");
            });
    io.prometheus.metrics.core.metrics.Gauge.builder()
        .name("healthy_five")
        .help("Healthy")
        .register(newer)
        .set(3);
    assertThat(metrics(producer)).containsKeys("healthy_four", "healthy_five");
  }

  @Test
  void collectorThatHangsIsWaitedForOnceAndReadAgainWhenItEnds() {
    CountDownLatch goOn = new CountDownLatch(1);
    CollectorRegistry registry = registry();
    new Collector() {
      @Override
      public List<MetricFamilySamples> collect() {
        try {
          goOn.await();
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
        return List.of();
      }
    }.register(registry);
    Gauge.build("healthy_three", "Healthy").register(registry).set(1);
    AppRegistryProducer hurried = new AppRegistryProducer(100, true, 10);
    assertThat(metrics(hurried)).isEmpty();
    assertThat(metrics(hurried)).isEmpty();
    goOn.countDown();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> metrics(hurried).containsKey("healthy_three"));
  }

  /** The old one lives on: somebody keeps its class loader. */
  @Test
  void seriesOfAnApplicationThatWasReplacedAreTheNewOnes() {
    Counter old = orders("replaced_orders_total", registry());
    Counter current = orders("replaced_orders_total", registry());
    old.labels("web").inc(7);
    old.labels("phone").inc(2);
    current.labels("web").inc(1);
    assertThat(points("replaced_orders"))
        .containsOnly(Map.entry("web", 1.0), Map.entry("phone", 2.0));
  }

  @Test
  void registryThatIsSharedWithMicrometerKeepsWhatIsTheApplications() {
    CollectorRegistry shared = registry();
    Gauge.build("shared_stock", "Stock").register(shared).set(12);
    PrometheusRegistry newer = new PrometheusRegistry();
    AppRegistries.created(newer);
    io.prometheus.metrics.core.metrics.Gauge.builder()
        .name("shared_price")
        .help("Price")
        .register(newer)
        .set(3);
    @SuppressWarnings("deprecation") // what applications with simpleclient have
    MeterRegistry one =
        new io.micrometer.prometheus.PrometheusMeterRegistry(
            io.micrometer.prometheus.PrometheusConfig.DEFAULT, shared, Clock.SYSTEM);
    MeterRegistry other =
        new io.micrometer.prometheusmetrics.PrometheusMeterRegistry(
            io.micrometer.prometheusmetrics.PrometheusConfig.DEFAULT, newer, Clock.SYSTEM);
    other.counter("shared.sales").increment();
    try (BridgedMicrometer ignored = new BridgedMicrometer(one)) {
      Metrics.counter("shared.orders").increment();
      assertThat(metrics(producer))
          .containsKeys("shared_stock", "shared_price", "shared_sales")
          .doesNotContainKey("shared_orders");
      assertThat(metrics(new AppRegistryProducer(100, false, LONG_MILLIS)))
          .as("without upstream's bridge")
          .containsKeys("shared_stock", "shared_price", "shared_sales", "shared_orders");
    }
  }

  @Test
  void registryOfAClassOfTheApplicationsOwnIsRead() {
    PrometheusRegistry own = new PrometheusRegistry() {};
    AppRegistries.created(own);
    io.prometheus.metrics.core.metrics.Gauge.builder()
        .name("derived_price")
        .help("Price")
        .register(own)
        .set(3);
    assertThat(metrics(producer)).containsKey("derived_price");
  }

  private static CollectorRegistry registry() {
    CollectorRegistry registry = new CollectorRegistry();
    AppRegistries.created(registry);
    return registry;
  }

  private static Counter orders(String name, CollectorRegistry registry) {
    return Counter.build(name, "Orders").labelNames("kind").register(registry);
  }

  private static Collector collector(
      String name, Collector.Type type, Collector.MetricFamilySamples.Sample... samples) {
    return new Collector() {
      @Override
      public List<MetricFamilySamples> collect() {
        return List.of(new MetricFamilySamples(name, type, name, List.of(samples)));
      }
    };
  }

  private Map<@Nullable String, Double> points(String counter) {
    return Objects.requireNonNull(metrics(producer).get(counter))
        .getDoubleSumData()
        .getPoints()
        .stream()
        .collect(
            Collectors.toMap(
                point ->
                    point
                        .getAttributes()
                        .get(io.opentelemetry.api.common.AttributeKey.stringKey("kind")),
                DoublePointData::getValue));
  }

  private static Map<String, MetricData> metrics(AppRegistryProducer of) {
    return of.produce(Resource.empty()).stream()
        .collect(Collectors.toMap(MetricData::getName, metric -> metric));
  }
}
