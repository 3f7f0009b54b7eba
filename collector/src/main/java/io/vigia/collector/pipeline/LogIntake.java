package io.vigia.collector.pipeline;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.DiskLog;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Puts each batch into its signal's log. */
final class LogIntake implements Intake {
  private final Map<Signal, DiskLog> logs;
  private final CollectorMetrics metrics;

  /**
   * @param logs of the signals that at least one destination takes
   */
  LogIntake(Map<Signal, DiskLog> logs, CollectorMetrics metrics) {
    this.logs = logs;
    this.metrics = metrics;
  }

  @Override
  public CompletableFuture<Void> accept(Batch batch) {
    DiskLog log = logs.get(batch.signal());
    if (log == null) {
      metrics.refused(batch.envelope().receiver(), batch.signal(), "no_destination", batch.items());
      return CompletableFuture.failedFuture(
          new IntakeException.Rejected(
              "no_destination", "no destination takes " + batch.signal().id()));
    }
    return log.append(batch.envelope(), batch.items(), batch.payload());
  }
}
