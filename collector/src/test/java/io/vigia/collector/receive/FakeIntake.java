package io.vigia.collector.receive;

import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keeps what it is given; completes when and how a test says. Counts what is malformed. */
public final class FakeIntake implements Intake {
  /** A batch, copied as the contract says. */
  public record Taken(
      Signal signal, int items, Envelope envelope, byte[] payload, CompletableFuture<Void> done) {}

  public final List<Taken> taken = new CopyOnWriteArrayList<>();
  public final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private volatile boolean holding;
  private volatile @Nullable IntakeException failure;

  public final CollectorMetrics metrics =
      new CollectorMetrics() {
        @Override
        public void accepted(String r, Signal s, int items, long bytes, long ackNanos) {}

        @Override
        public void refused(String receiver, Signal signal, String reason, int items) {
          count("refused:" + receiver + ":" + reason, items);
        }

        @Override
        public void malformed(String receiver, String reason) {
          count("malformed:" + receiver + ":" + reason);
        }

        @Override
        public void synced(Signal signal, long nanos, int records, long bytes) {}

        @Override
        public void badRecord(Signal signal, String reason) {}

        @Override
        public void exported(String d, Signal s, String outcome, long nanos, long bytes) {}
      };

  /** From now on nothing completes until {@link #release}. */
  public void hold() {
    holding = true;
  }

  public void release() {
    holding = false;
    taken.forEach(batch -> batch.done().complete(null));
  }

  /** From now on every batch is refused; null = no more. */
  public void failWith(@Nullable IntakeException failure) {
    this.failure = failure;
  }

  @Override
  public CompletableFuture<Void> accept(Batch batch) {
    IntakeException refusal = failure;
    if (refusal != null) {
      refusals.incrementAndGet();
      return CompletableFuture.failedFuture(refusal);
    }
    byte[] payload = new byte[batch.payload().remaining()];
    batch.payload().duplicate().get(payload);
    CompletableFuture<Void> done = new CompletableFuture<>();
    taken.add(new Taken(batch.signal(), batch.items(), batch.envelope(), payload, done));
    if (!holding) {
      done.complete(null);
    }
    return done;
  }

  public int refusals() {
    return refusals.get();
  }

  public int count(String what, int add) {
    return counts.computeIfAbsent(what, key -> new AtomicInteger()).addAndGet(add);
  }

  public int counted(String what) {
    return count(what, 0);
  }

  private void count(String what) {
    count(what, 1);
  }
}
