package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Hangs a {@link QueueBound} around each batch processor of the SDK, and around its exporter with
 * what cleans items for that: whatever becomes of them there, they give their room back. The
 * exporters are made before their processor; when there are several, one processor feeds them all,
 * so the first one counts.
 */
public final class QueueBounds {
  static final long MAX_BYTES = HeapShare.atMost(8 << 20);

  private final ExportHealth health;
  private final UnaryOperator<SpanExporter> cleanSpans;
  private final UnaryOperator<LogRecordExporter> cleanLogs;
  private @Nullable QueueBound spans;
  private @Nullable QueueBound logs;

  private QueueBounds(
      ExportHealth health,
      UnaryOperator<SpanExporter> cleanSpans,
      UnaryOperator<LogRecordExporter> cleanLogs) {
    this.health = health;
    this.cleanSpans = cleanSpans;
    this.cleanLogs = cleanLogs;
  }

  /**
   * To be called before anything else wraps exporters.
   *
   * @param cleanSpans wraps every exporter
   * @param cleanLogs wraps every exporter
   */
  public static void install(
      AutoConfigurationCustomizer customizer,
      ExportHealth health,
      UnaryOperator<SpanExporter> cleanSpans,
      UnaryOperator<LogRecordExporter> cleanLogs) {
    QueueBounds bounds = new QueueBounds(health, cleanSpans, cleanLogs);
    customizer
        .addSpanExporterCustomizer(bounds::exporter)
        .addSpanProcessorCustomizer(bounds::processor)
        .addLogRecordExporterCustomizer(bounds::exporter)
        .addLogRecordProcessorCustomizer(bounds::processor);
  }

  private SpanExporter exporter(SpanExporter exporter, ConfigProperties config) {
    SpanExporter cleaning = cleanSpans.apply(exporter);
    if (spans != null || isConsole(exporter)) {
      return cleaning;
    }
    int items = config.getInt("otel.bsp.max.queue.size", 2048);
    spans = new QueueBound("spans", MAX_BYTES, items, health);
    return new BoundedSpans.Exporter(cleaning, spans);
  }

  private SpanProcessor processor(SpanProcessor processor, ConfigProperties config) {
    return spans != null && processor instanceof BatchSpanProcessor
        ? new BoundedSpans(processor, spans)
        : processor;
  }

  private LogRecordExporter exporter(LogRecordExporter exporter, ConfigProperties config) {
    LogRecordExporter cleaning = cleanLogs.apply(exporter);
    if (logs != null || isConsole(exporter)) {
      return cleaning;
    }
    int items = config.getInt("otel.blrp.max.queue.size", 2048);
    logs = new QueueBound("log records", MAX_BYTES, items, health);
    return new BoundedLogs.Exporter(cleaning, logs);
  }

  private LogRecordProcessor processor(LogRecordProcessor processor, ConfigProperties config) {
    return logs != null && processor instanceof BatchLogRecordProcessor
        ? new BoundedLogs(processor, logs)
        : processor;
  }

  /** The SDK gives these a processor of their own, without a queue. */
  private static boolean isConsole(Object exporter) {
    return exporter.getClass().getName().startsWith("io.opentelemetry.exporter.logging.");
  }
}
