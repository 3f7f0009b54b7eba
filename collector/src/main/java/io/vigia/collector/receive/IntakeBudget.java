package io.vigia.collector.receive;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Bytes held for requests that have begun to arrive and are not yet whole, over all connections.
 * When they would exceed the limit, the request that progressed longest ago is given up: senders
 * that stall in the middle cannot keep out those that do not. Thread-safe.
 */
public final class IntakeBudget {
  private final long maxBytes;
  private final AtomicLong usedBytes = new AtomicLong();
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();

  public IntakeBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Bytes held now. */
  public long usedBytes() {
    return usedBytes.get();
  }

  /**
   * Begins to account for a request.
   *
   * @param shed called at most once, on any thread, when the request is to be given up; it hops to
   *     the request's own thread and closes the lease there
   */
  public Lease open(Runnable shed) {
    Lease lease = new Lease(shed);
    leases.add(lease);
    return lease;
  }

  private boolean makeRoom(Lease asking) {
    while (usedBytes.get() > maxBytes) {
      Lease stalest = asking;
      for (Lease lease : leases) {
        if (lease.heldBytes > 0 && lease.progressedNanos - stalest.progressedNanos < 0) {
          stalest = lease;
        }
      }
      if (stalest == asking) {
        return false;
      }
      if (stalest.release()) {
        stalest.shed.run();
      }
    }
    return true;
  }

  /** What one request holds. Used by one thread, given up from any. */
  public final class Lease {
    private final Runnable shed;
    private final AtomicBoolean released = new AtomicBoolean();
    private volatile long heldBytes;
    private volatile long progressedNanos = System.nanoTime();

    private Lease(Runnable shed) {
      this.shed = shed;
    }

    /** Bytes arrived. */
    public void progressed() {
      progressedNanos = System.nanoTime();
    }

    /**
     * Holds more bytes.
     *
     * @return false when there is no room, or this request was given up meanwhile: refuse it
     */
    public boolean grow(int bytes) {
      progressedNanos = System.nanoTime();
      synchronized (this) {
        if (released.get()) {
          return false;
        }
        heldBytes += bytes;
        usedBytes.addAndGet(bytes);
      }
      return usedBytes.get() <= maxBytes || makeRoom(this);
    }

    /** Ends the accounting. Idempotent. */
    public void close() {
      release();
    }

    private synchronized boolean release() {
      if (!released.compareAndSet(false, true)) {
        return false;
      }
      usedBytes.addAndGet(-heldBytes);
      leases.remove(this);
      return true;
    }
  }
}
