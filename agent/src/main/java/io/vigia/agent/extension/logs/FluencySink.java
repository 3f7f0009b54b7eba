package io.vigia.agent.extension.logs;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.extension.export.ExitBudget;
import io.vigia.agent.extension.export.ExportHealth;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.export.HeapShare;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.komamitsu.fluency.BufferFullException;
import org.komamitsu.fluency.EventTime;
import org.komamitsu.fluency.Fluency;
import org.komamitsu.fluency.FluencyBuilder;

/**
 * Queue in front of Fluency, bounded in bytes. Fluency is loaded and connected by the sink's own
 * daemon thread at the first record, so that neither start-up nor the logging thread pays for it.
 * Thread-safe; {@link #offer} never blocks on I/O.
 */
public final class FluencySink {

  /** Fluentd tag of all log records; the service is in the resource. */
  static final String TAG = "vigia.logs";

  private static final long MAX_QUEUED_BYTES = HeapShare.atMost(8L << 20);

  /** Its chunks double: twice as much takes whatever the queue can have in one event. */
  private static final long MAX_BUFFERED_BYTES = 2 * MAX_QUEUED_BYTES;

  private static final int CLOSE_MILLIS = 1500;

  /** Events gather this long: a thread that logs wakes ours ten times a second, not each time. */
  private static final int GATHER_MILLIS = 100;

  private static final long FOR_EVER_MILLIS = Long.MAX_VALUE / 10_000_000;

  /** So many wait no longer. */
  private static final int GATHERED_BYTES = 256 << 10;

  /** How long Fluency waits for more events before it sends some. */
  private static final int HELD_MILLIS = 300;

  /** Until what was emitted last has left, unless the wall clock is set back meanwhile. */
  private static final int SETTLE_MILLIS = 1_000;

  private final SpillingIngester ingester;
  private final ExportHealth health;
  private final long maxQueuedBytes;
  private final Agreement agreement;
  private final int heldMillis;
  private final SetBack clock;
  private final ArrayDeque<Event> queue = new ArrayDeque<>();
  private long queuedBytes;
  private boolean busy;
  private boolean closing;
  private boolean flushing;
  private boolean started;

  /**
   * Made at the agent's start: a thread keeps what it inherits from the one that makes it, which at
   * the first record is the application's, with the class loader of a web application.
   */
  private final Thread thread = new Thread(this::run, "vigia-logs");

  private @Nullable Fluency fluency;

  private static final class Event {
    final long epochNanos;
    final byte[] record;

    Event(long epochNanos, byte[] record) {
      this.epochNanos = epochNanos;
      this.record = record;
    }
  }

  private FluencySink(Builder builder) {
    this.ingester = new SpillingIngester(builder.host, builder.port);
    this.health = Exports.health();
    this.maxQueuedBytes = builder.maxQueuedBytes;
    this.agreement = new Agreement(builder.question);
    this.heldMillis = builder.heldMillis;
    this.clock = new SetBack(builder.wallMillis);
    thread.setDaemon(true);
    thread.setContextClassLoader(null);
  }

  /** Who ships the events; what the collector reads from stdout need not be offered. */
  Agreement agreement() {
    return agreement;
  }

  /** Sends to the forward address of the collector. */
  public static Builder builder(CollectorAddress address) {
    return new Builder(address.forwardHost(), address.forwardPort());
  }

  /**
   * Takes a MessagePack map over.
   *
   * @return whether it was taken; {@code false} when the queue is full or closed, which is counted
   */
  boolean offer(long epochNanos, byte[] record) {
    synchronized (queue) {
      if (closing || queuedBytes + record.length > maxQueuedBytes) {
        health.dropped("log events", "queue full");
        return false;
      }
      boolean wasGathered = isGathered();
      queue.add(new Event(epochNanos, record));
      queuedBytes += record.length;
      if (!started) {
        thread.start(); // throws when there is no room for a thread; the next event tries again
        started = true;
      } else if (queue.size() == 1 || isGathered() != wasGathered) {
        queue.notifyAll(); // costs this thread more than all else here
      }
      return true;
    }
  }

  private void run() {
    boolean isDone = false;
    while (!isDone) {
      try {
        send();
        isDone = true;
      } catch (Throwable e) { // memory or threads that ran out: later there may be some
        Console.harmless(e);
        pause();
        isDone = isClosing();
      }
    }
  }

  private void send() {
    connect(); // while it is being agreed: at the exit there would be no time for it
    if (!agree()) {
      return;
    }
    Fluency connected = connect();
    for (Event event = next(connected); event != null; event = next(connected)) {
      emit(connected, event);
      flushIfSetBack(connected);
    }
  }

  private Fluency connect() {
    Fluency connected = fluency;
    if (connected == null) {
      connected = start();
      synchronized (queue) {
        fluency = connected;
      }
    }
    return connected;
  }

  /** Nothing is sent for now, so that nothing needs to be ready for it. */
  private void disconnect() {
    Fluency connected;
    synchronized (queue) {
      connected = fluency;
      fluency = null;
    }
    if (connected != null) {
      close(connected);
    }
  }

  /**
   * Holds events until it is known who ships them, and as long as the collector does.
   *
   * @return false when the process ends and there is nothing to send
   */
  private boolean agree() {
    while (agreement.owner() != Agreement.Owner.FORWARD) {
      try {
        agreement.step();
      } catch (Throwable e) {
        Console.harmless(e);
        agreement.forward("the collector cannot be asked"); // better twice than not at all
      }
      if (agreement.owner() == Agreement.Owner.STDOUT) {
        disconnect();
      }
      synchronized (queue) {
        if (agreement.owner() == Agreement.Owner.STDOUT) {
          queue.clear();
          queuedBytes = 0;
          queue.notifyAll();
          if (closing || !await(Agreement.ASK_AGAIN_MILLIS, () -> closing)) {
            return false;
          }
        } else if (closing || queuedBytes > maxQueuedBytes / 2) {
          agreement.giveUp(closing ? "the process ends" : "too much to hold");
        } else if (agreement.owner() == Agreement.Owner.UNDECIDED) {
          await(Agreement.ASK_MILLIS, () -> closing);
        }
      }
    }
    return true;
  }

  /** Whether the process goes on; the queue's lock is held. */
  private boolean await(long millis, BooleanSupplier isEnough) {
    long until = System.nanoTime() + millis * 1_000_000L;
    try {
      for (long left = millis; left > 0 && !isEnough.getAsBoolean(); ) {
        queue.wait(left);
        left = (until - System.nanoTime()) / 1_000_000L;
      }
    } catch (InterruptedException e) {
      closing = true;
    }
    return !closing;
  }

  private boolean isGathered() {
    return queuedBytes >= GATHERED_BYTES || flushing || closing;
  }

  private Fluency start() {
    FluencyBuilder builder = new FluencyBuilder();
    builder.setJvmHeapBufferMode(true);
    builder.setMaxBufferSize(MAX_BUFFERED_BYTES);
    builder.setBufferChunkInitialSize(64 << 10);
    builder.setBufferChunkRetentionSize(1 << 20);
    builder.setBufferChunkRetentionTimeMillis(heldMillis);
    builder.setFlushAttemptIntervalMillis(200);
    builder.setWaitUntilBufferFlushed(1);
    builder.setWaitUntilFlusherTerminated(1);
    return builder.buildFromIngester(new ForwardRecordFormatter(), ingester);
  }

  /** Fluency would hold what it has until the clock has come so far again, for hours perhaps. */
  private void flushIfSetBack(Fluency connected) {
    if (clock.happened()) {
      try {
        connected.flush(); // only asks its thread
      } catch (IOException e) {
        Console.debug(() -> "Fluency: " + e);
      }
    }
  }

  private @Nullable Event next(Fluency connected) {
    synchronized (queue) {
      busy = false;
      queue.notifyAll();
      if (queue.isEmpty()) {
        BooleanSupplier isMore = () -> closing || !queue.isEmpty();
        await(SETTLE_MILLIS, isMore);
        flushIfSetBack(connected);
        await(FOR_EVER_MILLIS, isMore);
        await(GATHER_MILLIS, this::isGathered);
      }
      if (queue.isEmpty()) {
        return null; // the process ends
      }
      Event event = queue.remove();
      queuedBytes -= event.record.length;
      busy = true;
      return event;
    }
  }

  private void emit(Fluency connected, Event event) {
    EventTime time =
        EventTime.fromEpoch(
            (int) (event.epochNanos / 1_000_000_000L), (int) (event.epochNanos % 1_000_000_000L));
    while (true) {
      try {
        connected.emit(TAG, time, event.record, 0, event.record.length);
        return;
      } catch (BufferFullException e) {
        if (isClosing()) {
          health.dropped("log events", "exit");
          return;
        }
        // chunks leave for the spool at once, so this is a burst: wait, the queue in front fills
        pause();
      } catch (Throwable e) { // also memory that ran out: the next event may find some
        health.dropped("log events", e.getClass().getSimpleName());
        return;
      }
    }
  }

  private boolean isClosing() {
    synchronized (queue) {
      return closing;
    }
  }

  private void pause() {
    synchronized (queue) {
      try {
        queue.wait(200);
      } catch (InterruptedException e) {
        closing = true;
      }
    }
  }

  CompletableResultCode flush() {
    Fluency connected;
    synchronized (queue) {
      flushing = true;
      queue.notifyAll();
      if (agreement.owner() == Agreement.Owner.FORWARD) {
        awaitSent(System.nanoTime() + CLOSE_MILLIS * 1_000_000L);
      }
      flushing = false;
      connected = fluency;
    }
    try {
      if (connected != null) {
        connected.flush();
      }
      return CompletableResultCode.ofSuccess();
    } catch (IOException e) {
      return CompletableResultCode.ofFailure();
    }
  }

  /** Sends what is queued, for at most {@value #CLOSE_MILLIS} ms in all. */
  CompletableResultCode shutdown() {
    long deadline = System.nanoTime() + ExitBudget.bounded(CLOSE_MILLIS) * 1_000_000L;
    Fluency connected;
    synchronized (queue) {
      closing = true;
      queue.notifyAll();
      sendHeld();
      awaitSent(deadline);
      connected = fluency;
    }
    return connected == null || close(connected)
        ? CompletableResultCode.ofSuccess()
        : CompletableResultCode.ofFailure();
  }

  /** The queue's lock is held. */
  private void awaitSent(long deadlineNanos) {
    while ((!queue.isEmpty() || busy) && System.nanoTime() < deadlineNanos) {
      try {
        queue.wait(50);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  /** The process ends before it was agreed who ships: better twice than not at all. */
  private void sendHeld() {
    agreement.giveUp("the process ends");
    Fluency connected = fluency;
    if (connected == null || busy) {
      return; // they are on stdout, or on their way
    }
    // not by the thread: it may be waiting for the collector's answer
    for (Event event = queue.poll(); event != null; event = queue.poll()) {
      queuedBytes -= event.record.length;
      emit(connected, event);
    }
  }

  /** Fluency waits for its threads for up to two seconds, which an exit may not have. */
  private static boolean close(Fluency connected) {
    Thread closing;
    try {
      closing = Daemon.start("vigia-logs-close", () -> closeQuietly(connected));
    } catch (OutOfMemoryError e) { // no thread to be had: better late than never
      closeQuietly(connected);
      return true;
    }
    try {
      // join(0) would wait for ever
      closing.join(Math.max(1, ExitBudget.bounded(CLOSE_MILLIS)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !closing.isAlive();
  }

  private static void closeQuietly(Fluency connected) {
    try {
      connected.close();
    } catch (IOException e) {
      Console.debug(() -> "Fluency: " + e);
    }
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final String host;
    private final int port;
    private long maxQueuedBytes = MAX_QUEUED_BYTES;
    private Agreement.@Nullable Question question;
    private int heldMillis = HELD_MILLIS;
    private LongSupplier wallMillis = System::currentTimeMillis;

    private Builder(String host, int port) {
      this.host = host;
      this.port = port;
    }

    /** Upper bound of records waiting for Fluency; default 8 MiB. */
    Builder maxQueuedBytes(long bytes) {
      this.maxQueuedBytes = bytes;
      return this;
    }

    /** How long events are held so that others go with them, in milliseconds; default 300. */
    Builder held(int millis) {
      this.heldMillis = millis;
      return this;
    }

    /** Milliseconds since 1970; default that of the JVM. */
    Builder wallClock(LongSupplier millis) {
      this.wallMillis = millis;
      return this;
    }

    /** Nothing is sent if the collector reads it from stdout; default: everything is sent. */
    public Builder unlessRead(StdoutQuestion question) {
      return unlessRead((Agreement.Question) question::ask);
    }

    Builder unlessRead(Agreement.Question question) {
      this.question = question;
      return this;
    }

    public FluencySink build() {
      return new FluencySink(this);
    }
  }
}
