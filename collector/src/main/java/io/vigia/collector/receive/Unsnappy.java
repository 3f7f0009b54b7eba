package io.vigia.collector.receive;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import org.xerial.snappy.Snappy;
import org.xerial.snappy.SnappyError;
import org.xerial.snappy.SnappyFramedInputStream;

/**
 * Undoes Snappy, one block or a stream of frames: senders call both {@code snappy}. Source: Google
 * Snappy, "format_description.txt" and "framing_format.txt". Output is capped.
 */
public final class Unsnappy {
  /** Every stream begins with it: a chunk of type 0xff with the letters {@code sNaPpY}. */
  private static final byte[] STREAM = {(byte) 0xff, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};

  private Unsnappy() {}

  /** The output, in an array of exactly its length. */
  public static byte[] run(byte[] in, int offset, int length, int maxBytes)
      throws DecompressException {
    try {
      return isStream(in, offset, length)
          ? stream(in, offset, length, maxBytes)
          : block(in, offset, length, maxBytes);
    } catch (IOException e) {
      throw malformed(String.valueOf(e.getMessage()));
    } catch (SnappyError | LinkageError e) { // its native part cannot be unpacked, or not loaded
      throw new DecompressException("unsupported", "snappy does not work here: " + e.getMessage());
    }
  }

  private static boolean isStream(byte[] in, int offset, int length) {
    return length >= STREAM.length
        && Arrays.equals(in, offset, offset + STREAM.length, STREAM, 0, STREAM.length);
  }

  private static byte[] stream(byte[] in, int offset, int length, int maxBytes)
      throws IOException, DecompressException {
    try (SnappyFramedInputStream stream =
        new SnappyFramedInputStream(new ByteArrayInputStream(in, offset, length))) {
      return BoundedRead.all(stream, length, maxBytes);
    }
  }

  private static byte[] block(byte[] in, int offset, int length, int maxBytes)
      throws IOException, DecompressException {
    if (!Snappy.isValidCompressedBuffer(in, offset, length)) { // before its length is believed
      throw malformed("not a block, nor a stream of frames");
    }
    int size = Snappy.uncompressedLength(in, offset, length);
    if (size > maxBytes) {
      throw new DecompressException("size", "decompresses to more than " + maxBytes + " bytes");
    }
    byte[] out = new byte[size];
    Snappy.uncompress(in, offset, length, out, 0);
    return out;
  }

  private static DecompressException malformed(String why) {
    return new DecompressException("snappy", "snappy: " + why);
  }
}
