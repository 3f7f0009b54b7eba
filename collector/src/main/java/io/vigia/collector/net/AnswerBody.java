package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The body of an answer as it arrives: where the server said how long it is, the array that is
 * handed out is the only one there ever is. Not thread-safe.
 */
final class AnswerBody {
  /** A server that claims more has to send it first. */
  private static final int MAX_TRUSTED_BYTES = 1 << 20;

  private static final int LEAST_BYTES = 512;

  private byte[] array = {};
  private int size;

  /** Begins another one; nobody else's array is written to. */
  void begin() {
    array = new byte[0];
    size = 0;
  }

  /**
   * @param bytes that are to come as the server says, or -1 when it does not
   */
  void expect(long bytes) {
    if (bytes > array.length) {
      array = new byte[(int) Math.min(bytes, MAX_TRUSTED_BYTES)];
    }
  }

  int size() {
    return size;
  }

  /** Reads all there is. */
  void append(ByteBuf bytes) {
    int count = bytes.readableBytes();
    if (count > array.length - size) {
      int wanted = Math.addExact(size, count);
      array = Arrays.copyOf(array, Math.max(wanted, Math.max(LEAST_BYTES, size + size / 2)));
    }
    bytes.readBytes(array, size, count);
    size += count;
  }

  /** All of it; the caller may keep it, and nothing may be appended any more. */
  byte[] bytes() {
    return size == array.length ? array : Arrays.copyOf(array, size);
  }
}
