package io.vigia.agent.extension.logs;

import io.opentelemetry.api.common.Value;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.extension.export.Footprint;
import io.vigia.agent.extension.redact.LogRedactor;
import java.util.Collection;

/**
 * Leaves log records with the sink, which cleans, encodes and sends them on its own thread: the one
 * that logs waits for none of that. Thread-safe.
 */
public final class ForwardLogExporter implements LogRecordExporter {

  private final FluencySink sink;
  private final LogRedactor redactor;
  private final byte[] resource;

  public ForwardLogExporter(FluencySink sink, Resource resource, LogRedactor redactor) {
    this.sink = sink;
    this.redactor = redactor;
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
      if (agreement.wantsSample(level)) {
        Value<?> body = redactor.clean(log).getBodyValue(); // it leaves, too
        agreement.logged(level, body == null ? "" : body.asString());
      }
      long time = log.getTimestampEpochNanos();
      if (time == 0) {
        time = log.getObservedTimestampEpochNanos();
      }
      taken &= sink.offer(time, level, Footprint.of(log), () -> encoded(log));
    }
    return taken ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
  }

  private byte[] encoded(LogRecordData log) {
    return ForwardRecord.encode(redactor.clean(log), resource);
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
