package io.vigia.agent.extension.redact;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.vigia.agent.extension.export.Footprint;
import java.util.Collection;

/**
 * Cleans log events before they are encoded. Throws nothing ({@link CleanExport}). As thread-safe
 * as the next.
 */
public final class RedactingLogExporter implements LogRecordExporter {

  private final LogRecordExporter next;
  private final LogRedactor redactor;

  public RedactingLogExporter(LogRecordExporter next, Redactor redactor) {
    this.next = next;
    this.redactor = new LogRedactor(redactor);
  }

  @Override
  public CompletableResultCode export(Collection<LogRecordData> logs) {
    return CleanExport.of("log records", logs, redactor::clean, Footprint::of, next::export);
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
