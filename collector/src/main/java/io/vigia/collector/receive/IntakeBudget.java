package io.vigia.collector.receive;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Signal;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Bytes held for requests that have begun to arrive and are not yet whole, over all connections.
 * When they would exceed the limit, the large request that progressed longest ago is given up:
 * senders that stall in the middle cannot keep out those that do not. Half as much again may be
 * held for a moment, until the threads of those given up have let go. Thread-safe.
 */
public final class IntakeBudget {
  /**
   * Requests that grow by more than this are refused while what was given up is not yet free, and
   * requests that hold more are given up before smaller ones.
   */
  private static final int LARGE_BYTES = 64 << 10;

  private final long maxBytes;
  private final long hardMaxBytes;
  private final AtomicLong usedBytes = new AtomicLong();

  /** Of the used bytes, those of requests that were given up and whose thread was not there yet. */
  private final AtomicLong leavingBytes = new AtomicLong();

  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();

  public IntakeBudget(long maxBytes) {
    this.maxBytes = maxBytes;
    this.hardMaxBytes = maxBytes + maxBytes / 2;
  }

  /** Bytes held now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /** Why a request is given up. */
  public enum Shed {
    /** Others that progress need the room. */
    MEMORY("memory"),
    /** Nothing of it came for as long as its receiver allows. */
    STALLED("stalled");

    private final String reason;

    Shed(String reason) {
      this.reason = reason;
    }

    /** As one item: of a request that is not whole nobody knows how many it has. */
    public void count(CollectorMetrics metrics, String receiver, Signal signal) {
      metrics.refused(receiver, signal, reason, 1);
    }
  }

  /** How far a request is. */
  public enum Phase {
    /** Its sender is to send more; may be given up when it stalls, or for room. */
    ARRIVING,
    /** It is being stored, and about to be answered; never given up. */
    STORING,
    /** It is whole, and to be stored when that is possible again; given up for room only. */
    WAITING
  }

  /**
   * Begins to account for a request.
   *
   * @param stallMillis how long it may go without progress
   * @param shed called at most once, on any thread, when the request is to be given up; it hops to
   *     the request's own thread and closes the lease there
   */
  public Lease open(long stallMillis, Consumer<Shed> shed) {
    Lease lease = new Lease(TimeUnit.MILLISECONDS.toNanos(stallMillis), shed);
    leases.add(lease);
    return lease;
  }

  /** Gives up the requests that stall. Called about once a second by whoever opens leases. */
  public void shedStalled() {
    long now = System.nanoTime();
    for (Lease lease : leases) {
      if (lease.phase == Phase.ARRIVING && now - lease.progressedNanos > lease.stallNanos) {
        lease.giveUp(Shed.STALLED);
      }
    }
  }

  private boolean makeRoom(Lease asking) {
    while (usedBytes.get() - leavingBytes.get() > maxBytes) {
      // small ones are not what fills the room; a healthy sender's request mostly is one
      Lease victim = stalest(asking, LARGE_BYTES);
      if (victim == null) {
        victim = stalest(asking, 0);
      }
      if (victim == null) {
        return false;
      }
      victim.giveUp(Shed.MEMORY);
    }
    return true;
  }

  private @Nullable Lease stalest(Lease asking, long moreThanBytes) {
    Lease stalest = null;
    for (Lease lease : leases) {
      if (lease != asking
          && lease.heldBytes > moreThanBytes
          && lease.phase != Phase.STORING
          && (stalest == null || lease.progressedNanos - stalest.progressedNanos < 0)) {
        stalest = lease;
      }
    }
    return stalest;
  }

  /** What one request holds. Used by one thread, given up from any. */
  public final class Lease {
    private final long stallNanos;
    private final Consumer<Shed> shed;
    private volatile long heldBytes;
    private volatile long progressedNanos = System.nanoTime();
    private volatile Phase phase = Phase.ARRIVING;
    private boolean givenUp;
    private boolean closed;

    private Lease(long stallNanos, Consumer<Shed> shed) {
      this.stallNanos = stallNanos;
      this.shed = shed;
    }

    /** Bytes arrived. */
    public void progressed() {
      progressedNanos = System.nanoTime();
    }

    /**
     * What the request is waiting for now.
     *
     * @return false when it was given up meanwhile: its sender will be told, so it must not be
     *     stored
     */
    public synchronized boolean phase(Phase phase) {
      progressedNanos = System.nanoTime();
      this.phase = phase;
      return !givenUp;
    }

    /**
     * Holds more bytes.
     *
     * @return false when there is no room, or this request was given up meanwhile: refuse it
     */
    public boolean grow(int bytes) {
      progressedNanos = System.nanoTime();
      synchronized (this) {
        if (givenUp || closed) {
          return false;
        }
        heldBytes += bytes;
        usedBytes.addAndGet(bytes);
      }
      if (usedBytes.get() - leavingBytes.get() > maxBytes && !makeRoom(this)) {
        return false;
      }
      return bytes <= LARGE_BYTES || usedBytes.get() <= hardMaxBytes;
    }

    private void giveUp(Shed why) {
      synchronized (this) {
        if (givenUp || closed || phase == Phase.STORING) {
          return;
        }
        givenUp = true;
        leavingBytes.addAndGet(heldBytes);
      }
      leases.remove(this);
      shed.accept(why);
    }

    /** Ends the accounting: the bytes are free. Idempotent. */
    public synchronized void close() {
      if (closed) {
        return;
      }
      closed = true;
      usedBytes.addAndGet(-heldBytes);
      if (givenUp) {
        leavingBytes.addAndGet(-heldBytes);
      }
      leases.remove(this);
    }
  }
}
