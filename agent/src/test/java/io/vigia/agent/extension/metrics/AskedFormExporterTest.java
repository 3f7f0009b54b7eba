package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.DoublePointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableDoublePointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableGaugeData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class AskedFormExporterTest {

  private final List<Collection<MetricData>> requests = new ArrayList<>();

  /** A service with 10,000 series; the collector takes no request of more than 4 MiB. */
  @Test
  void metricsOfManySeriesLeaveInSeveralRequests() {
    List<MetricData> metrics = IntStream.range(0, 10).mapToObj(this::thousandSeries).toList();
    assertThat(AskedFormExporter.asItIs(new Kept()).export(metrics).isSuccess()).isTrue();
    assertThat(requests).hasSizeGreaterThan(1);
    assertThat(requests.stream().flatMap(Collection::stream)).containsExactlyElementsOf(metrics);
  }

  private MetricData thousandSeries(int number) {
    List<DoublePointData> points =
        IntStream.range(0, 1_000)
            .mapToObj(
                i ->
                    ImmutableDoublePointData.create(
                        0,
                        1,
                        Attributes.of(AttributeKey.stringKey("path"), i + "/x".repeat(200)),
                        i))
            .toList();
    return ImmutableMetricData.createDoubleGauge(
        Resource.empty(),
        InstrumentationScopeInfo.empty(),
        "series." + number,
        "",
        "",
        ImmutableGaugeData.create(points));
  }

  private final class Kept implements MetricExporter {
    @Override
    public CompletableResultCode export(Collection<MetricData> metrics) {
      requests.add(metrics);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public AggregationTemporality getAggregationTemporality(InstrumentType type) {
      return AggregationTemporality.CUMULATIVE;
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
