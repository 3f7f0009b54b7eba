package io.vigia.agent.extension.logs;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.extension.export.ExitBudget;
import io.vigia.agent.extension.export.ExportHealth;
import io.vigia.agent.extension.export.Exports;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queue in front of Fluency, bounded in bytes. Fluency is loaded and connected, and events are
 * encoded, by the sink's own daemon thread, so that neither start-up nor the logging thread pays.
 * Thread-safe; {@link #offer} never blocks on I/O.
 */
public final class FluencySink {

  private static final int CLOSE_MILLIS = 1500;

  /** What is left is put on disk, however late it has become. */
  private static final int LEAST_CLOSE_MILLIS = 200;

  /** Like the chunks that Fluency makes. */
  private static final int CHUNK_BYTES = 1 << 20;

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

  /** Of the queue, what is to be sent from here; its lock is the queue's. */
  private final ArrayDeque<Event> ours = new ArrayDeque<>();

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

  private @Nullable FluencySender sender;
  private boolean used;

  private static final class Event {
    final long epochNanos;
    final int level;
    final int bytes;
    final Supplier<byte[]> record;

    Event(long epochNanos, int level, int bytes, Supplier<byte[]> record) {
      this.epochNanos = epochNanos;
      this.level = level;
      this.bytes = bytes;
      this.record = record;
    }

    /** Null when it cannot be, which is counted: it costs no other. */
    byte @Nullable [] encoded() {
      try {
        return record.get();
      } catch (Throwable e) {
        Exports.failed("log events", 1, e);
        return null;
      }
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
   * Takes an event over.
   *
   * @param level severity number of OpenTelemetry
   * @param bytes about how many it holds in memory
   * @param record gives it as a MessagePack map; asked on a thread of the sink's
   * @return whether it was taken; {@code false} when the queue is full or closed, which is counted
   */
  boolean offer(long epochNanos, int level, int bytes, Supplier<byte[]> record) {
    synchronized (queue) {
      if (closing || queuedBytes + bytes > maxQueuedBytes) {
        health.dropped("log events", "queue full");
        return false;
      }
      boolean wasGathered = isGathered();
      queue.add(new Event(epochNanos, level, bytes, record));
      queuedBytes += bytes;
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
    FluencySender connected = connect();
    for (Event event = next(connected); event != null; event = next(connected)) {
      emit(connected, event);
      connected.flushIfSetBack();
    }
  }

  private FluencySender connect() {
    FluencySender connected = sender;
    if (connected == null) {
      connected = new FluencySender(ingester, heldMillis, health, clock);
      synchronized (queue) {
        sender = connected;
      }
    }
    return connected;
  }

  /** Nothing is sent for now, so that nothing needs to be ready for it. */
  private void disconnect() {
    FluencySender connected;
    synchronized (queue) {
      connected = sender;
      sender = null;
    }
    if (connected != null) {
      inTime(connected::close);
    }
  }

  /**
   * Holds events until it is known who ships them, and sends those that are ours, as long as some
   * may be the collector's.
   *
   * @return false when the process ends; what is held is for {@link #shutdown}
   */
  private boolean agree() {
    while (!agreement.isAllSent()) {
      agreement.ask();
      if (agreement.isNoneSent() && !used) {
        disconnect();
      }
      if (!dealUntilTheNextQuestion()) {
        return false;
      }
    }
    return !isClosing();
  }

  /** Whether the process goes on. */
  private boolean dealUntilTheNextQuestion() {
    long asked = System.nanoTime();
    while (!agreement.isAllSent()) {
      sendDecided();
      synchronized (queue) {
        if (closing) {
          return false;
        }
        if (queuedBytes > maxQueuedBytes / 2) {
          agreement.giveUp("too much to hold");
          continue;
        }
        boolean isHolding = !queue.isEmpty();
        long left = agreement.pauseMillis(isHolding) - (System.nanoTime() - asked) / 1_000_000L;
        if (left <= 0) {
          return true;
        }
        await(left, () -> closing || (!isHolding && !queue.isEmpty()));
        if (!isHolding && !queue.isEmpty()) {
          await(GATHER_MILLIS, this::isGathered);
        }
      }
    }
    return true;
  }

  private void sendDecided() {
    boolean isSome;
    synchronized (queue) {
      sortOut();
      isSome = !ours.isEmpty();
    }
    FluencySender connected = isSome ? connect() : sender;
    if (connected != null) {
      for (Event event = nextOfOurs(); event != null; event = nextOfOurs()) {
        emit(connected, event);
      }
      connected.flushIfSetBack();
    }
  }

  /**
   * Tells those that are ours, forgets those that the collector has, and keeps the others. The
   * queue's lock is held.
   */
  private void sortOut() {
    for (int i = queue.size(); i > 0; i--) {
      Event event = queue.remove();
      switch (agreement.owner(event.level)) {
        case STDOUT:
          queuedBytes -= event.bytes;
          break;
        case FORWARD:
          ours.add(event);
          break;
        default:
          queue.add(event);
      }
    }
    queue.notifyAll();
  }

  /** One at a time: at the exit {@link #shutdown} takes what is left. */
  private @Nullable Event nextOfOurs() {
    synchronized (queue) {
      Event event = closing ? null : ours.poll();
      busy = event != null;
      queuedBytes -= event == null ? 0 : event.bytes;
      queue.notifyAll();
      return event;
    }
  }

  /** Whether the process goes on; the queue's lock is held. */
  private boolean await(long millis, BooleanSupplier isEnough) {
    long until = System.nanoTime() + millis * 1_000_000L;
    for (long left = millis; left > 0 && !isEnough.getAsBoolean(); ) {
      waitUnlessInterrupted(left);
      left = (until - System.nanoTime()) / 1_000_000L;
    }
    return !closing;
  }

  private boolean isGathered() {
    return queuedBytes >= GATHERED_BYTES || flushing || closing;
  }

  private @Nullable Event next(FluencySender connected) {
    synchronized (queue) {
      busy = false;
      queue.notifyAll();
      if (queue.isEmpty() && ours.isEmpty()) {
        BooleanSupplier isMore = () -> closing || !queue.isEmpty();
        await(SETTLE_MILLIS, isMore);
        connected.flushIfSetBack();
        await(FOR_EVER_MILLIS, isMore);
        await(GATHER_MILLIS, this::isGathered);
      }
      if (closing) {
        return null;
      }
      // what is left of ours is from before memory ran out
      Event event = ours.isEmpty() ? queue.remove() : ours.remove();
      queuedBytes -= event.bytes;
      busy = true;
      return event;
    }
  }

  private void emit(FluencySender connected, Event event) {
    byte[] record = event.encoded();
    used = true;
    while (record != null && !connected.emit(event.epochNanos, record)) {
      synchronized (queue) {
        if (closing) {
          ours.addFirst(event); // for shutdown, which waits for this
          return;
        }
      }
      // chunks leave for the spool at once, so this is a burst: wait, the queue in front fills
      pause();
    }
  }

  private boolean isClosing() {
    synchronized (queue) {
      return closing;
    }
  }

  private void pause() {
    synchronized (queue) {
      waitUnlessInterrupted(200);
    }
  }

  /** The queue's lock is held. */
  private void waitUnlessInterrupted(long millis) {
    try {
      queue.wait(millis);
    } catch (InterruptedException e) {
      // by an application that interrupts all threads of its group; ours ends with closing
    }
  }

  CompletableResultCode flush() {
    FluencySender connected;
    synchronized (queue) {
      flushing = true;
      queue.notifyAll();
      if (agreement.isAllSent()) {
        awaitSent(System.nanoTime() + CLOSE_MILLIS * 1_000_000L);
      }
      flushing = false;
      connected = sender;
    }
    return result(connected == null || connected.flush());
  }

  private static CompletableResultCode result(boolean success) {
    return success ? CompletableResultCode.ofSuccess() : CompletableResultCode.ofFailure();
  }

  /** Sends what is queued, for at most {@value #CLOSE_MILLIS} ms in all. */
  CompletableResultCode shutdown() {
    ArrayDeque<Event> left;
    FluencySender connected;
    synchronized (queue) {
      closing = true;
      queue.notifyAll();
      // before it was agreed who ships: better twice than not at all
      agreement.giveUp("the process ends");
      awaitEmitted(System.nanoTime() + ExitBudget.bounded(CLOSE_MILLIS) * 1_000_000L);
      sortOut();
      left = new ArrayDeque<>(ours);
      ours.clear();
      queuedBytes = 0;
      connected = sender;
    }
    if (left.isEmpty() && connected == null) {
      return result(true);
    }
    return result(
        inTime(
            () -> {
              ingest(left);
              if (connected != null) {
                connected.close();
              }
            }));
  }

  /** The queue's lock is held. */
  private void awaitSent(long deadlineNanos) {
    while (!queue.isEmpty() && System.nanoTime() - deadlineNanos < 0 && isPaused()) {
      // its thread is at it
    }
    awaitEmitted(deadlineNanos);
  }

  /** Until the event that the thread has taken is with Fluency. The queue's lock is held. */
  private void awaitEmitted(long deadlineNanos) {
    while (busy && System.nanoTime() - deadlineNanos < 0 && isPaused()) {
      // a copy in memory
    }
  }

  /** Whether the caller may go on waiting. The queue's lock is held. */
  private boolean isPaused() {
    try {
      queue.wait(50);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Past Fluency, which may not be there, and by the closing thread: the other one may be waiting
   * for the collector's answer.
   */
  private void ingest(ArrayDeque<Event> left) {
    int lost = left.size();
    try {
      while (!left.isEmpty()) {
        ingester.ingest(FluencySender.TAG, chunk(left));
        lost = left.size();
      }
    } catch (Throwable e) { // memory that ran out
      Exports.failed("log events", lost, e);
    }
  }

  private static ByteBuffer chunk(ArrayDeque<Event> left) {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    while (chunk.size() < CHUNK_BYTES && !left.isEmpty()) {
      Event event = left.remove();
      byte[] record = event.encoded();
      if (record != null) {
        byte[] entry = FluencySender.entry(event.epochNanos, record);
        chunk.write(entry, 0, entry.length);
      }
    }
    return ByteBuffer.wrap(chunk.toByteArray());
  }

  /** Fluency waits for its threads for up to two seconds, which an exit may not have. */
  private static boolean inTime(Runnable closing) {
    Thread thread;
    try {
      thread = Daemon.start("vigia-logs-close", closing);
    } catch (OutOfMemoryError e) { // no thread to be had: better late than never
      closing.run();
      return true;
    }
    try {
      thread.join(Math.max(LEAST_CLOSE_MILLIS, ExitBudget.bounded(CLOSE_MILLIS)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return !thread.isAlive();
  }

  /** Not thread-safe. */
  public static final class Builder {
    private final String host;
    private final int port;
    private long maxQueuedBytes = FluencySender.MAX_QUEUED_BYTES;
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
