package io.vigia.agent.extension;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import java.util.Collection;
import java.util.function.Consumer;

/** Exports log records to a test, one after the other. */
public final class EachLogRecord implements LogRecordExporter {

  private final Consumer<LogRecordData> taker;

  public EachLogRecord(Consumer<LogRecordData> taker) {
    this.taker = taker;
  }

  @Override
  public CompletableResultCode export(Collection<LogRecordData> logs) {
    logs.forEach(taker);
    return CompletableResultCode.ofSuccess();
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
