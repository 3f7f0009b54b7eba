package io.vigia.agent.extension.export;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.metrics.data.ExemplarData;
import io.opentelemetry.sdk.metrics.data.ExponentialHistogramPointData;
import io.opentelemetry.sdk.metrics.data.HistogramPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.data.PointData;
import io.opentelemetry.sdk.metrics.data.SummaryPointData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * About how many bytes of heap an item holds: what is fixed, and its texts. Encoded it is less, but
 * for texts that are not ASCII.
 */
public final class Footprint {
  private static final int ITEM = 400;
  private static final int PART = 100;

  private Footprint() {}

  public static int of(SpanData span) {
    long bytes = ITEM + of(span.getName()) + of(span.getStatus().getDescription());
    bytes += of(span.getAttributes());
    for (EventData event : span.getEvents()) {
      bytes += PART + of(event.getName()) + of(event.getAttributes());
    }
    for (LinkData link : span.getLinks()) {
      bytes += PART + of(link.getAttributes());
    }
    return clamped(bytes);
  }

  public static int of(LogRecordData log) {
    long bytes = ITEM + of(log.getAttributes());
    if (log.getBodyValue() != null) {
      bytes += of(log.getBodyValue().asString());
    }
    return clamped(bytes);
  }

  /** With all its points. */
  public static long of(MetricData metric) {
    long bytes = ITEM + of(metric.getName()) + of(metric.getDescription());
    for (PointData point : metric.getData().getPoints()) {
      bytes += PART + of(point.getAttributes()) + buckets(point);
      for (ExemplarData exemplar : point.getExemplars()) {
        bytes += PART + of(exemplar.getFilteredAttributes());
      }
    }
    return bytes;
  }

  private static long buckets(PointData point) {
    if (point instanceof HistogramPointData) {
      return 2L * Long.BYTES * ((HistogramPointData) point).getCounts().size();
    }
    if (point instanceof ExponentialHistogramPointData) {
      ExponentialHistogramPointData histogram = (ExponentialHistogramPointData) point;
      int buckets =
          histogram.getPositiveBuckets().getBucketCounts().size()
              + histogram.getNegativeBuckets().getBucketCounts().size();
      return (long) Long.BYTES * buckets;
    }
    return point instanceof SummaryPointData
        ? 2L * PART * ((SummaryPointData) point).getValues().size()
        : 0;
  }

  private static int clamped(long bytes) {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static long of(Attributes attributes) {
    long[] bytes = {0};
    attributes.forEach((key, value) -> bytes[0] += PART + of(value));
    return bytes[0];
  }

  private static long of(@Nullable Object value) {
    if (value instanceof String) {
      return ((String) value).length();
    }
    if (value instanceof Collection) {
      long bytes = 0;
      for (Object each : (Collection<?>) value) {
        bytes += 16 + of(each);
      }
      return bytes;
    }
    return 0;
  }
}
