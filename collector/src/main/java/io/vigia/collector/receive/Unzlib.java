package io.vigia.collector.receive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.zip.InflaterInputStream;

/** Undoes zlib (RFC 1950), which HTTP and gRPC call {@code deflate}. Output is capped. */
public final class Unzlib {
  private Unzlib() {}

  /** The output, in an array of exactly its length. */
  public static byte[] run(byte[] in, int offset, int length, int maxBytes)
      throws DecompressException {
    try (InflaterInputStream stream =
        new InflaterInputStream(new ByteArrayInputStream(in, offset, length))) {
      return BoundedRead.all(stream, length, maxBytes);
    } catch (IOException e) {
      throw new DecompressException("deflate", "deflate: " + e.getMessage());
    }
  }
}
