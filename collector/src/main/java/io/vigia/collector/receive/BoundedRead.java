package io.vigia.collector.receive;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Reads all that a decompressor makes of its input, in bounds. */
final class BoundedRead {
  private static final int MAX_RATIO = 1000;
  private static final int RATIO_FROM_BYTES = 1 << 20;

  private BoundedRead() {}

  /**
   * The output, in an array of exactly its length; past the first MiB its ratio to the input counts
   * too.
   */
  static byte[] all(InputStream stream, int inputBytes, int maxBytes)
      throws IOException, DecompressException {
    byte[] out = new byte[(int) Math.min(Math.max(4L * inputBytes, 4096), 1 << 20)];
    int size = 0;
    while (true) {
      if (size == out.length) {
        out = Arrays.copyOf(out, (int) Math.min(2L * size, maxBytes + 1L));
      }
      int n = stream.read(out, size, out.length - size);
      if (n < 0) {
        return Arrays.copyOf(out, size);
      }
      size += n;
      if (size > maxBytes) {
        throw new DecompressException("size", "decompresses to more than " + maxBytes + " bytes");
      }
      if (size > RATIO_FROM_BYTES && size / MAX_RATIO > inputBytes) {
        throw new DecompressException("ratio", "decompresses to over " + MAX_RATIO + " times");
      }
    }
  }
}
