package io.vigia.agent.extension.export;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.ReadWriteLogRecord;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.vigia.agent.boot.Console;
import java.util.Collection;

/** As {@link BoundedSpans}, for log records that leave by OTLP. */
final class BoundedLogs implements LogRecordProcessor {
  private final LogRecordProcessor next;
  private final QueueBound bound;
  private final LastFlush last;

  BoundedLogs(LogRecordProcessor next, QueueBound bound) {
    this.next = next;
    this.bound = bound;
    last = new LastFlush(next::forceFlush, next::shutdown);
  }

  @Override
  public void onEmit(Context context, ReadWriteLogRecord log) {
    if (fitsUnlessFailing(log)) {
      next.onEmit(context, log);
    }
  }

  private boolean fitsUnlessFailing(ReadWriteLogRecord log) {
    try {
      return fits(log);
    } catch (Throwable e) {
      Console.harmless(e);
      return true;
    }
  }

  private boolean fits(ReadWriteLogRecord log) {
    return bound.admit(Footprint.of(log.toLogRecordData()));
  }

  @Override
  public CompletableResultCode forceFlush() {
    return last.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return last.shutdown();
  }

  /** Behind the processor. */
  static final class Exporter implements LogRecordExporter {
    private final LogRecordExporter next;
    private final QueueBound bound;

    Exporter(LogRecordExporter next, QueueBound bound) {
      this.next = next;
      this.bound = bound;
    }

    @Override
    public CompletableResultCode export(Collection<LogRecordData> logs) {
      int items = logs.size();
      boolean begun = false;
      try {
        CompletableResultCode result = next.export(logs);
        begun = true;
        return result.whenComplete(() -> bound.release(items));
      } finally {
        if (!begun) {
          bound.release(items); // the processor has given them up, too
        }
      }
    }

    @Override
    public CompletableResultCode flush() {
      return next.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return next.shutdown();
    }
  }
}
