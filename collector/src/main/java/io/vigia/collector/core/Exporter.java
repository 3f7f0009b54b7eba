package io.vigia.collector.core;

import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Brings batches to one backend. Knows nothing of cursors, back-off or disk.
 *
 * <p>{@link #export} is called from a dispatcher's thread, at most {@link Limits#maxInFlight()}
 * calls open at a time per signal, and never blocks for long. The future always completes normally:
 * a backend that is down, slow or talking nonsense is {@link ExportResult#retryAll}; an exception
 * is a defect, and is treated as a retry after it was logged.
 */
public interface Exporter extends Component {
  /** Which signals this exporter takes. Constant. */
  Set<Signal> signals();

  Limits limits();

  CompletableFuture<ExportResult> export(ExportBatch batch);

  /**
   * Records of this signal with a lower sequence may have been delivered already, by a process that
   * died before it could write that down, or before a replay. Told before they are exported. For
   * backends that can be asked what they have.
   */
  default void possiblyDelivered(Signal signal, long belowSequence) {}

  /**
   * Contacts the backend once, blocking, 5 s at most. Needs no {@link #start}. Used by {@code vigia
   * check}.
   */
  CheckResult check();

  /**
   * What a dispatcher may put into one call.
   *
   * @param maxBatchBytes payload bytes; a single larger record still comes alone
   * @param maxBatchItems items
   * @param lingerMillis how long to wait for a batch to fill before sending what is there
   * @param maxInFlight open calls per signal; 1 keeps the order of the log
   */
  record Limits(int maxBatchBytes, int maxBatchItems, int lingerMillis, int maxInFlight) {
    /** The same with other bytes, wait and calls. */
    public Limits with(int maxBatchBytes, int lingerMillis, int maxInFlight) {
      return new Limits(maxBatchBytes, maxBatchItems, lingerMillis, maxInFlight);
    }
  }
}
