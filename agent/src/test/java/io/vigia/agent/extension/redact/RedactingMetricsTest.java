package io.vigia.agent.extension.redact;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Scope;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentSelector;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.View;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Against the real SDK, whose views keep attributes off the points as upstream's advice does. */
class RedactingMetricsTest {

  private static final AttributeKey<String> QUERY = AttributeKey.stringKey("url.query");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");

  private final Reader reader = new Reader();

  @Test
  void exemplarsOfEveryKindLoseTheirSecrets() {
    record("user=bob&password=hunter2");
    Collection<MetricData> metrics = reader.read();
    assertThat(metrics).hasSize(5).allMatch(metric -> metric.toString().contains("hunter2"));
    assertThat(new RedactingMetrics(new Redactor(false)).apply(metrics))
        .hasSize(5)
        .allSatisfy(
            metric ->
                assertThat(metric.toString())
                    .contains("user=bob&password=[redacted]")
                    .contains("/login")
                    .doesNotContain("hunter2"));
  }

  @Test
  void metricWithoutASecretStaysAsItIs() {
    record("user=bob");
    List<MetricData> metrics = List.copyOf(reader.read());
    List<MetricData> clean = List.copyOf(new RedactingMetrics(new Redactor(false)).apply(metrics));
    for (int i = 0; i < metrics.size(); i++) {
      assertThat(clean.get(i)).isSameAs(metrics.get(i));
    }
  }

  private void record(String query) {
    SdkMeterProvider provider =
        SdkMeterProvider.builder()
            .registerMetricReader(reader)
            .registerView(
                InstrumentSelector.builder().setName("exponential").build(),
                View.builder()
                    .setAggregation(Aggregation.base2ExponentialBucketHistogram())
                    .setAttributeFilter(Set.of(ROUTE.getKey()))
                    .build())
            .registerView(
                InstrumentSelector.builder().setName("plain.*").build(),
                View.builder().setAttributeFilter(Set.of(ROUTE.getKey())).build())
            .build();
    SpanContext sampled =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c80319c",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    Attributes measured = Attributes.of(QUERY, query, ROUTE, "/login");
    try (Scope ignored = Span.wrap(sampled).makeCurrent()) {
      var meter = provider.get("test");
      meter.histogramBuilder("exponential").build().record(1, measured);
      meter.histogramBuilder("plain.histogram").build().record(1, measured);
      meter.counterBuilder("plain.long").build().add(1, measured);
      meter.counterBuilder("plain.double").ofDoubles().build().add(1, measured);
      meter.gaugeBuilder("plain.gauge").build().set(1, measured);
    }
  }

  /** Reads when it is told to. */
  private static final class Reader implements MetricReader {
    private CollectionRegistration registration = CollectionRegistration.noop();

    Collection<MetricData> read() {
      return registration.collectAllMetrics().stream()
          .sorted(Comparator.comparing(MetricData::getName))
          .toList();
    }

    @Override
    public void register(CollectionRegistration to) {
      registration = to;
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode forceFlush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
