package io.vigia.agent.extension.metrics;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.MemoryMode;
import io.opentelemetry.sdk.metrics.Aggregation;
import io.opentelemetry.sdk.metrics.InstrumentType;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.CollectionRegistration;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.extension.export.ExitBudget;
import java.util.Collection;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A reader of the SDK that gets metrics of the application's registries as it wants them, too, and
 * whose end is bounded. At its end a reader asks the application's gauges for the last time, on the
 * thread of the JVM's exit: one that waits for a pool that is closed would keep the process for
 * ever, and its log events from leaving. Thread-safe.
 */
public final class BoundedReader implements MetricReader {

  private static final int END_MILLIS = 10_000;
  private static final int STEP_MILLIS = 20;

  /** Of the exit, for what comes after. */
  private static final int OTHERS_MILLIS = 500;

  /** Starts threads. */
  interface Threads {
    Thread start(String name, Runnable work);
  }

  private final MetricReader reader;
  private final UnaryOperator<Collection<MetricData>> cleaning;
  private final Threads threads;
  private final Deltas deltas = new Deltas(System::nanoTime);

  /**
   * @param cleaning of everything that is read
   */
  public BoundedReader(MetricReader reader, UnaryOperator<Collection<MetricData>> cleaning) {
    this(reader, cleaning, Daemon::start);
  }

  BoundedReader(
      MetricReader reader, UnaryOperator<Collection<MetricData>> cleaning, Threads threads) {
    this.reader = reader;
    this.cleaning = cleaning;
    this.threads = threads;
  }

  @Override
  public void register(CollectionRegistration registration) {
    reader.register(
        new CollectionRegistration() {
          @Override
          public Collection<MetricData> collectAllMetrics() {
            Collection<MetricData> metrics = registration.collectAllMetrics();
            return cleaning.apply(wantsDeltas() ? deltas.of(metrics) : metrics);
          }
        });
  }

  /** Of what is read from somewhere: "low memory" wants deltas only where they cost none. */
  private boolean wantsDeltas() {
    return getAggregationTemporality(InstrumentType.OBSERVABLE_COUNTER)
        == AggregationTemporality.DELTA;
  }

  @Override
  public AggregationTemporality getAggregationTemporality(InstrumentType type) {
    return reader.getAggregationTemporality(type);
  }

  @Override
  public Aggregation getDefaultAggregation(InstrumentType type) {
    return reader.getDefaultAggregation(type);
  }

  @Override
  public MemoryMode getMemoryMode() {
    return reader.getMemoryMode();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return reader.forceFlush();
  }

  /** Returns at once; the result is there in time even if the reader hangs. */
  @Override
  public CompletableResultCode shutdown() {
    CompletableResultCode result = new CompletableResultCode();
    try {
      Thread ending = threads.start("vigia-metrics-end", () -> end(result));
      threads.start("vigia-metrics-deadline", () -> failWhenSpent(ending, result));
    } catch (OutOfMemoryError e) {
      // no thread to be had: without the last metrics, but what is thrown would end the exit's
      // thread, and the log events would not leave either
      Console.harmless(e);
      result.fail();
    }
    return result;
  }

  private void end(CompletableResultCode result) {
    try {
      CompletableResultCode ended = reader.shutdown().join(END_MILLIS, TimeUnit.MILLISECONDS);
      if (ended.isSuccess()) {
        result.succeed();
      }
    } catch (Throwable e) {
      Console.debug(() -> "the last metrics: " + e);
    } finally {
      result.fail(); // unless it did not
    }
  }

  private static void failWhenSpent(Thread ending, CompletableResultCode result) {
    try {
      for (int waited = 0;
          waited < END_MILLIS && ExitBudget.bounded(END_MILLIS) > OTHERS_MILLIS && ending.isAlive();
          waited += STEP_MILLIS) {
        ending.join(STEP_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ending.isAlive()) {
      Console.debug(() -> "a metric of the application hangs; the last metrics are left out");
      result.fail();
    }
  }

  @Override
  public String toString() {
    return reader.toString();
  }
}
