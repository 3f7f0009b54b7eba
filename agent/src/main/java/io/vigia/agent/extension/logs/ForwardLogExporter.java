package io.vigia.agent.extension.logs;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Collection;

/**
 * Encodes log records on the thread that logs (a few microseconds, no I/O, no lock held while
 * encoding) and leaves them with the sink, which sends them from its own thread. Thread-safe.
 */
public final class ForwardLogExporter implements LogRecordExporter {

  private final FluencySink sink;
  private final byte[] resource;

  public ForwardLogExporter(FluencySink sink, Resource resource) {
    this.sink = sink;
    this.resource = ForwardRecord.encodeResource(resource.getAttributes());
  }

  /** Success means taken over by the sink, which counts what it has to drop. */
  @Override
  public CompletableResultCode export(Collection<LogRecordData> logs) {
    Agreement agreement = sink.agreement();
    boolean taken = true;
    for (LogRecordData log : logs) {
      int level = agreement.level(log);
      if (agreement.owner(level) == Agreement.Owner.STDOUT) {
        continue;
      }
      if (agreement.wantsSample(level) && log.getBodyValue() != null) {
        agreement.logged(level, log.getBodyValue().asString());
      }
      long time = log.getTimestampEpochNanos();
      if (time == 0) {
        time = log.getObservedTimestampEpochNanos();
      }
      taken &= sink.offer(time, level, ForwardRecord.encode(log, resource));
    }
    return taken ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
  }

  @Override
  public CompletableResultCode flush() {
    return sink.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return sink.shutdown();
  }
}
