package io.vigia.collector.receive;

import io.netty.buffer.ByteBuf;

/**
 * A request's bytes as they arrive. Grows with what is there, never with what is claimed. Used on
 * one event loop.
 */
public final class Body {
  private static final byte[] NONE = {};

  private final IntakeBudget.Lease lease;
  private final int maxBytes;
  private byte[] array = NONE;
  private int size;
  private boolean released;

  public Body(IntakeBudget.Lease lease, int maxBytes) {
    this.lease = lease;
    this.maxBytes = maxBytes;
  }

  /** What became of {@link Body#append}. */
  public enum Outcome {
    TAKEN,
    /** More than {@code maxBytes}. */
    TOO_LARGE,
    /** The budget is used up by requests that progress. */
    NO_ROOM
  }

  /**
   * Appends all readable bytes.
   *
   * @param expectedBytes how long the whole will probably be; believed only as far as it saves
   *     copying
   */
  public Outcome append(ByteBuf data, int expectedBytes) {
    int length = data.readableBytes();
    if (length > maxBytes - size) {
      return Outcome.TOO_LARGE;
    }
    if (length > array.length - size) {
      if (!grow(length, expectedBytes)) {
        return Outcome.NO_ROOM;
      }
    } else {
      lease.progressed();
    }
    data.readBytes(array, size, length);
    size += length;
    return Outcome.TAKEN;
  }

  private boolean grow(int length, int expectedBytes) {
    int needed = size + length;
    // four times what is there at most: a claim alone holds nothing
    int wanted = Math.max(needed, (int) Math.min(expectedBytes, 4L * needed));
    if (size > 0) {
      wanted = Math.max(wanted, (int) Math.min(maxBytes, 2L * needed));
    }
    int larger = ArrayPool.lengthFor(wanted);
    if (!lease.grow(larger - array.length)) {
      return false;
    }
    byte[] copy = ArrayPool.current().take(wanted);
    System.arraycopy(array, 0, copy, 0, size);
    if (array.length > 0) {
      ArrayPool.current().give(array);
    }
    array = copy;
    return true;
  }

  /**
   * Says what it is waiting for; {@code ARRIVING} at first.
   *
   * @return false when it was given up meanwhile, and is not to be stored
   */
  public boolean phase(IntakeBudget.Phase phase) {
    return lease.phase(phase);
  }

  /** Valid from 0 to {@link #size} until {@link #release}. */
  public byte[] array() {
    return array;
  }

  public int size() {
    return size;
  }

  /** Forgets the first bytes; the others move to the front. */
  public void discard(int bytes) {
    System.arraycopy(array, bytes, array, 0, size - bytes);
    size -= bytes;
  }

  /** Gives the memory back. Idempotent. */
  public void release() {
    if (!released) {
      released = true;
      if (array.length > 0) {
        ArrayPool.current().give(array);
      }
      array = NONE;
      size = 0;
      lease.close();
    }
  }
}
