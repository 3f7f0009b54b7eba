package io.vigia.agent.extension.metrics;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.AggregationTemporalitySelector;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.vigia.agent.boot.Console;
import io.vigia.agent.extension.export.Footprint;
import io.vigia.agent.extension.export.Parts;
import java.util.Collection;
import java.util.function.BooleanSupplier;

/**
 * An exporter that asks the SDK for metrics in the form that the collector wants, and sends them in
 * requests that are not too long.
 */
public final class AskedFormExporter implements MetricExporter {

  private final MetricExporter exporter;
  private final MetricsForm form;
  private final boolean temporalityIsSet;
  private final boolean histogramIsSet;

  /**
   * @param temporalityIsSet by the user, who goes first
   * @param histogramIsSet by the user
   */
  public AskedFormExporter(
      MetricExporter exporter, MetricsForm form, boolean temporalityIsSet, boolean histogramIsSet) {
    this.exporter = exporter;
    this.form = form;
    this.temporalityIsSet = temporalityIsSet;
    this.histogramIsSet = histogramIsSet;
  }

  /** In the form that the exporter has. */
  public static MetricExporter asItIs(MetricExporter exporter) {
    return new AskedFormExporter(exporter, MetricsForm.none(), true, true);
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return !temporalityIsSet && isAskedFor(form::isDelta)
        ? AggregationTemporalitySelector.deltaPreferred().getAggregationTemporality(type)
        : exporter.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return !histogramIsSet && type == InstrumentType.HISTOGRAM && isAskedFor(form::isExponential)
        ? Aggregation.base2ExponentialBucketHistogram()
        : exporter.getDefaultAggregation(type);
  }

  /** The SDK wants to know on the thread of the application that makes an instrument. */
  private static boolean isAskedFor(BooleanSupplier form) {
    try {
      return form.getAsBoolean();
    } catch (Throwable e) {
      Console.harmless(e);
      return false;
    }
  }

  @Override
  public MemoryMode getMemoryMode() {
    return exporter.getMemoryMode();
  }

  @Override
  public CompletableResultCode export(Collection<MetricData> metrics) {
    return Parts.export(metrics, Footprint::of, exporter::export);
  }

  @Override
  public CompletableResultCode flush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }

  @Override
  public String toString() {
    return exporter.toString();
  }
}
