package io.vigia.agent.extension.export;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes the payloads of one stream (traces, metrics, logs) over from an exporter: delivers them at
 * once, or keeps them in the {@link Spool} and delivers them, oldest first, when the collector is
 * back.
 *
 * <pre>
 *   exporter ── send ──► spool empty and collector not known to be down? ── yes ─► transport
 *                              │ no, or it failed                              (blocks ≤ timeout)
 *                              ▼
 *                            spool ── drained before the next payload that finds it up
 * </pre>
 *
 * <p>Works on the exporter's thread (there is one per stream), so it costs no thread. While the
 * collector is down, it is asked only after a pause that grows to {@value #MAX_PAUSE_MILLIS} ms:
 * one that accepts and never answers costs one timeout per pause. Thread-safe.
 */
public final class Outbox {

  private static final long MIN_PAUSE_MILLIS = 1_000;
  private static final long MAX_PAUSE_MILLIS = 15_000;

  /** After so many failures with one payload another is tried: which of both is broken? */
  private static final int MANY_FAILURES = 10;

  /** How long handing over old payloads may delay the new one. */
  private static final long DRAIN_MILLIS = 2_000;

  /** Sends one payload. */
  public interface Transport {
    /**
     * Returns when the collector has taken the payload.
     *
     * @throws PartlyRefusedException if it has, but for some items
     * @throws RefusedException if it never will; sending it again is useless
     * @throws IOException if it may later
     */
    void deliver(byte[] payload) throws IOException;
  }

  /** The collector answered that it does not want this payload. */
  public static final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;
    private final int status;

    public RefusedException(int status, String message) {
      super(message);
      this.status = status;
    }

    public int status() {
      return status;
    }
  }

  /** The collector took the payload, but never will some of its items. */
  static final class PartlyRefusedException extends IOException {
    private static final long serialVersionUID = 1;
    private final long items;

    PartlyRefusedException(long items, String message) {
      super(message);
      this.items = items;
    }

    long items() {
      return items;
    }
  }

  /** The collector asked for a pause. */
  static class BusyException extends IOException {
    private static final long serialVersionUID = 1;
    private final long retryAfterMillis;

    BusyException(String message, long retryAfterMillis) {
      super(message);
      this.retryAfterMillis = retryAfterMillis;
    }
  }

  /**
   * The collector failed, or a firewall before it forbids: this payload or any (HTTP 500 and 403,
   * gRPC's UNKNOWN and PERMISSION_DENIED).
   */
  static final class FailedException extends BusyException {
    private static final long serialVersionUID = 1;

    FailedException(String message, long retryAfterMillis) {
      super(message, retryAfterMillis);
    }
  }

  private final String stream;
  private final Transport transport;
  private final Spool spool;
  private final ExportHealth health;
  private final LongSupplier nanoTime;
  private final ReentrantLock lock = new ReentrantLock();
  private long pauseMillis;
  private long notBeforeNanos;
  private boolean down;

  public Outbox(String stream, Transport transport, Spool spool, ExportHealth health) {
    this(stream, transport, spool, health, System::nanoTime);
  }

  Outbox(
      String stream, Transport transport, Spool spool, ExportHealth health, LongSupplier nanoTime) {
    this.stream = stream;
    this.transport = transport;
    this.spool = spool;
    this.health = health;
    this.nanoTime = nanoTime;
  }

  String stream() {
    return stream;
  }

  /**
   * Delivers the payload or keeps it.
   *
   * @return {@code null} when it was taken over, or why the collector refused it for good
   */
  public @Nullable RefusedException send(byte[] payload) {
    lock.lock();
    try {
      return deliverOrKeep(payload);
    } finally {
      lock.unlock();
    }
  }

  private @Nullable RefusedException deliverOrKeep(byte[] payload) {
    if (mayTry() && drain()) {
      try {
        transport.deliver(payload);
        up();
        return null;
      } catch (PartlyRefusedException e) {
        up();
        health.refused(stream, e);
        return null;
      } catch (RefusedException e) {
        up();
        health.refused(stream, e);
        return e;
      } catch (IOException e) {
        down(e);
      } catch (RuntimeException | Error e) {
        // an address, a header that can be repaired; memory or threads that ran out for a moment
        down(new IOException(e));
      }
    }
    keep(payload);
    return null;
  }

  /**
   * Delivers what is kept from before, as far as the collector takes it now; nothing when this
   * outbox is busy.
   */
  void handOver() {
    if (lock.tryLock()) {
      try {
        if (mayTry()) {
          drain();
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void keep(byte[] payload) {
    if (spool.add(stream, payload)) {
      health.kept(stream);
    } else {
      health.dropped(stream, "spool full");
    }
  }

  private boolean mayTry() {
    return !ExitBudget.isSpent() && (!down || nanoTime.getAsLong() - notBeforeNanos >= 0);
  }

  /** Whether the spool is empty now. */
  private boolean drain() {
    long started = nanoTime.getAsLong();
    Spool.Item overtaken = null;
    for (Spool.Item item = spool.oldest(stream); item != null; item = spool.oldest(stream)) {
      if (nanoTime.getAsLong() - started > DRAIN_MILLIS * 1_000_000L || ExitBudget.isSpent()) {
        return false;
      }
      try {
        transport.deliver(item.read());
        up();
        health.handedOver(stream);
      } catch (PartlyRefusedException e) {
        up();
        health.handedOver(stream);
        health.refused(stream, e);
      } catch (RefusedException e) {
        up();
        health.refused(stream, e);
      } catch (Spool.UnreadableException e) {
        health.dropped(stream, "unreadable");
      } catch (FailedException e) {
        if (item == overtaken) {
          health.refused(stream, new RefusedException(0, "(others are taken) " + e.getMessage()));
        } else if (++item.failures % MANY_FAILURES == 0 && overtakes(item)) {
          overtaken = item;
          continue; // once more
        } else {
          down(e);
          return false;
        }
      } catch (IOException e) {
        down(e);
        return false;
      } catch (RuntimeException | Error e) {
        down(new IOException(e));
        return false;
      }
      spool.remove(item);
    }
    return true;
  }

  /** Whether the one behind it is taken, so that it is not the collector that is broken. */
  private boolean overtakes(Spool.Item oldest) {
    Spool.Item next = spool.after(oldest);
    if (next == null) {
      return false;
    }
    try {
      transport.deliver(next.read());
    } catch (PartlyRefusedException e) {
      health.refused(stream, e);
    } catch (Spool.UnreadableException e) {
      health.dropped(stream, "unreadable");
      spool.remove(next);
      return false;
    } catch (IOException | RuntimeException | Error e) {
      return false;
    }
    health.handedOver(stream);
    spool.remove(next);
    return true;
  }

  private void up() {
    down = false;
    pauseMillis = 0;
    health.up(stream);
  }

  private void down(IOException cause) {
    down = true;
    pauseMillis = Math.min(MAX_PAUSE_MILLIS, Math.max(MIN_PAUSE_MILLIS, pauseMillis * 2));
    long pause = pauseMillis;
    if (cause instanceof BusyException) {
      pause = Math.max(pause, Math.min(60_000, ((BusyException) cause).retryAfterMillis));
    }
    notBeforeNanos = nanoTime.getAsLong() + pause * 1_000_000L;
    health.down(stream, cause);
  }
}
