package io.vigia.collector.receive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;

/** Undoes Zstandard (RFC 8878), also several frames in a row. Output and window are capped. */
public final class Unzstd {
  private static final int MAX_RATIO = 1000;
  private static final int RATIO_FROM_BYTES = 1 << 20;
  private static final int MAX_WINDOW_LOG = 23;

  private Unzstd() {}

  /** The output, in an array of exactly its length. */
  public static byte[] run(byte[] in, int offset, int length, int maxBytes)
      throws DecompressException {
    byte[] out = new byte[Math.min(Math.max(4 * length, 4096), 1 << 20)];
    int size = 0;
    try (ZstdInputStreamNoFinalizer stream =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(in, offset, length))) {
      stream.setLongMax(MAX_WINDOW_LOG);
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
        if (size > RATIO_FROM_BYTES && size / MAX_RATIO > length) {
          throw new DecompressException("ratio", "decompresses to over " + MAX_RATIO + " times");
        }
      }
    } catch (IOException e) {
      throw new DecompressException("zstd", "zstd: " + e.getMessage());
    }
  }
}
