package io.vigia.collector.receive;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;

/** Undoes Zstandard (RFC 8878), also several frames in a row. Output and window are capped. */
public final class Unzstd {
  private static final int MAX_WINDOW_LOG = 23;

  private Unzstd() {}

  /** The output, in an array of exactly its length. */
  public static byte[] run(byte[] in, int offset, int length, int maxBytes)
      throws DecompressException {
    try (ZstdInputStreamNoFinalizer stream =
        new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(in, offset, length))) {
      stream.setLongMax(MAX_WINDOW_LOG);
      return BoundedRead.all(stream, length, maxBytes);
    } catch (IOException e) {
      throw new DecompressException("zstd", "zstd: " + e.getMessage());
    } catch (LinkageError e) { // its native part cannot be unpacked, or not loaded from there
      throw new DecompressException("unsupported", "zstd does not work here: " + e.getMessage());
    }
  }
}
