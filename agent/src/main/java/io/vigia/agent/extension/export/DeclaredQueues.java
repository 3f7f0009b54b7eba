package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import org.jspecify.annotations.Nullable;

/**
 * As {@link QueueBounds}, for a configuration in YAML: there each batch processor has an exporter
 * of its own, which is made right before it. For the thread that starts the agent.
 */
public final class DeclaredQueues {

  /** Of the SDK's builders. */
  private static final int MAX_ITEMS = 2048;

  private static int items = MAX_ITEMS;
  private static @Nullable QueueBound spans;
  private static @Nullable QueueBound logs;

  /**
   * Of the processor that is made next.
   *
   * @param max its {@code max_queue_size}
   */
  public static void maxItems(int max) {
    items = max;
  }

  public static SpanExporter of(SpanExporter exporter) {
    QueueBound bound = bound("spans");
    spans = bound;
    return new BoundedSpans.Exporter(exporter, bound);
  }

  public static SpanProcessor of(SpanProcessor processor) {
    QueueBound bound = spans;
    if (bound == null || !(processor instanceof BatchSpanProcessor)) {
      return processor;
    }
    bound.maxItems(items);
    spans = null;
    return new BoundedSpans(processor, bound);
  }

  public static LogRecordExporter of(LogRecordExporter exporter) {
    QueueBound bound = bound("log records");
    logs = bound;
    return new BoundedLogs.Exporter(exporter, bound);
  }

  public static LogRecordProcessor of(LogRecordProcessor processor) {
    QueueBound bound = logs;
    if (bound == null || !(processor instanceof BatchLogRecordProcessor)) {
      return processor;
    }
    bound.maxItems(items);
    logs = null;
    return new BoundedLogs(processor, bound);
  }

  private static QueueBound bound(String stream) {
    items = MAX_ITEMS;
    return new QueueBound(stream, QueueBounds.MAX_BYTES, MAX_ITEMS, Exports.health());
  }

  private DeclaredQueues() {}
}
