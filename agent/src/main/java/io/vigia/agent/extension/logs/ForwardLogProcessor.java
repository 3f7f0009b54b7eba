package io.vigia.agent.extension.logs;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.vigia.agent.extension.export.Exports;
import java.util.Collections;

/**
 * Hands each event to a thread-safe exporter on the thread that logs. The SDK's {@code
 * SimpleLogRecordProcessor} does the same under one lock, which all logging threads of the
 * application would wait for, and lets errors out into the application. Thread-safe.
 */
public final class ForwardLogProcessor implements LogRecordProcessor {

  private final LogRecordExporter exporter;

  public ForwardLogProcessor(LogRecordExporter exporter) {
    this.exporter = exporter;
  }

  @Override
  public void onEmit(Context context, ReadWriteLogRecord log) {
    try {
      exporter.export(Collections.singletonList(log.toLogRecordData()));
    } catch (Throwable e) {
      Exports.failed("log events", 1, e);
    }
  }

  @Override
  public CompletableResultCode forceFlush() {
    return exporter.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return exporter.shutdown();
  }
}
