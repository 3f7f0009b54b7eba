package io.vigia.collector.receive;

import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Undoes gzip, also several members in a row. Source: RFC 1952. Output is capped in size and, past
 * the first MiB, in its ratio to the input. Reused; not thread-safe; keep one per thread.
 */
public final class Gunzip {
  /** Telemetry compresses 5 to 60 times; deflate's own limit is 1032. */
  private static final int MAX_RATIO = 250;

  private static final int RATIO_FROM_BYTES = 1 << 20;
  private static final int MAX_KEPT_BYTES = 1 << 20;
  private static final int FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16;

  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private byte[] out = new byte[64 << 10];
  private int size;

  /**
   * @param maxBytes of output
   * @return the number of bytes now in {@link #array}
   */
  public int run(byte[] in, int offset, int length, int maxBytes) throws DecompressException {
    if (out.length > MAX_KEPT_BYTES) {
      out = new byte[64 << 10];
    }
    size = 0;
    int at = offset;
    int end = offset + length;
    do {
      at = member(in, at, end, maxBytes, length);
    } while (at < end && !onlyPadding(in, at, end));
    return size;
  }

  /** The output, from 0; valid until the next run. */
  public byte[] array() {
    return out;
  }

  public int size() {
    return size;
  }

  private int member(byte[] in, int from, int end, int maxBytes, int inputBytes)
      throws DecompressException {
    int at = header(in, from, end);
    int begun = size;
    inflater.reset();
    inflater.setInput(in, at, end - at);
    try {
      while (!inflater.finished()) {
        if (size == out.length) {
          out = Arrays.copyOf(out, (int) Math.min(2L * size, Math.max(maxBytes, 16) + 1L));
        }
        int n = inflater.inflate(out, size, out.length - size);
        size += n;
        if (size > maxBytes) {
          throw new DecompressException("size", "decompresses to more than " + maxBytes + " bytes");
        }
        if (size > RATIO_FROM_BYTES && size / MAX_RATIO > inputBytes) {
          throw new DecompressException("ratio", "decompresses to over " + MAX_RATIO + " times");
        }
        if (n == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
          throw malformed("ends too early");
        }
      }
    } catch (DataFormatException e) {
      throw malformed(String.valueOf(e.getMessage()));
    }
    at = end - inflater.getRemaining();
    if (end - at < 8) {
      throw malformed("no trailer");
    }
    crc.reset();
    crc.update(out, begun, size - begun);
    if (int32(in, at) != (int) crc.getValue() || int32(in, at + 4) != size - begun) {
      throw malformed("checksum does not match");
    }
    return at + 8;
  }

  private static int header(byte[] in, int from, int end) throws DecompressException {
    if (end - from < 10 || in[from] != 0x1f || (in[from + 1] & 0xff) != 0x8b || in[from + 2] != 8) {
      throw malformed("no gzip header");
    }
    int flags = in[from + 3];
    int at = from + 10;
    if ((flags & FEXTRA) != 0) {
      if (end - at < 2) {
        throw malformed("header cut off");
      }
      at += 2 + (in[at] & 0xff) + (in[at + 1] & 0xff) * 256;
    }
    for (int flag = FNAME; flag <= FCOMMENT; flag <<= 1) {
      if ((flags & flag) != 0) {
        while (at < end && in[at] != 0) {
          at++;
        }
        at++;
      }
    }
    if ((flags & FHCRC) != 0) {
      at += 2;
    }
    if (at > end) {
      throw malformed("header cut off");
    }
    return at;
  }

  /** Some writers pad with zeros, as gzip(1) tolerates. */
  private static boolean onlyPadding(byte[] in, int from, int end) {
    for (int i = from; i < end; i++) {
      if (in[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int int32(byte[] in, int at) {
    return in[at] & 0xff
        | (in[at + 1] & 0xff) << 8
        | (in[at + 2] & 0xff) << 16
        | (in[at + 3] & 0xff) << 24;
  }

  private static DecompressException malformed(String why) {
    return new DecompressException("gzip", "gzip: " + why);
  }
}
