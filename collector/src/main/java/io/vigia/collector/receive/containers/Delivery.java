package io.vigia.collector.receive.containers;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers events of several series into one batch, brings it to the intake, and only then does what
 * was asked for with {@link #whenDelivered}. An intake that refuses is asked again until it takes
 * the batch: meanwhile nothing is read, and the files keep what is written. Not thread-safe.
 */
final class Delivery {
  static final int MAX_BYTES = 512 << 10;
  private static final Logger log = LoggerFactory.getLogger(ContainerLogReceiver.class);

  private final Intake intake;
  private final CollectorMetrics metrics;
  private final Pause pause;
  private final RecordWriter records = new RecordWriter();
  private final List<Runnable> whenDelivered = new ArrayList<>();
  private int mark;
  private int markItems;

  /** Waits; false when the collector stops. */
  interface Pause {
    boolean millis(long millis);
  }

  /** The collector stops; the batch was not delivered. */
  static final class StoppedException extends Exception {
    private static final long serialVersionUID = 1L;

    StoppedException() {
      super("stopped", null, false, false);
    }
  }

  Delivery(Intake intake, CollectorMetrics metrics, Pause pause) {
    this.intake = intake;
    this.metrics = metrics;
    this.pause = pause;
  }

  /** Forgets what a look that ended before its time has gathered: the next one gathers it again. */
  void reset() {
    records.clear();
    whenDelivered.clear();
  }

  /** What is added from here on can be {@link #undo undone}. */
  void begin() {
    records.endSeries();
    mark = records.size();
    markItems = records.items();
  }

  void undo() {
    records.endSeries();
    records.truncate(mark, markItems);
  }

  void add(Series series, Event event) {
    records.add(series, event);
    metrics.read(ContainerLogReceiver.NAME, event.length());
  }

  boolean isFull() {
    return records.size() >= MAX_BYTES;
  }

  void whenDelivered(Runnable action) {
    whenDelivered.add(action);
  }

  /** Blocks until the intake has made it durable. */
  void deliver() throws StoppedException {
    records.endSeries();
    try {
      while (records.items() > 0 && !accept()) {
        // the intake said how long to wait
      }
      whenDelivered.forEach(Runnable::run);
    } finally {
      reset();
    }
  }

  private boolean accept() throws StoppedException {
    Batch batch =
        new Batch(
            Signal.LOGS,
            records.items(),
            Envelope.now(ContainerLogReceiver.NAME, ""),
            records.toByteBuffer());
    try {
      intake.accept(batch).get();
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IntakeException.Rejected rejected) {
        log.debug("{}", rejected.toString()); // counted by the intake
        return true;
      }
      long millis =
          e.getCause() instanceof IntakeException.Overloaded overloaded
              ? overloaded.retryAfterMillis()
              : 1_000;
      if (!pause.millis(millis)) {
        throw new StoppedException();
      }
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }
}
