package io.vigia.collector.receive.forward;

/**
 * Finds where a MessagePack value ends while its bytes still arrive. Looks at each byte once, skips
 * the content of strings, holds nothing but a bounded stack of counts: a claimed length costs
 * nothing.
 */
final class MsgPackScanner {
  /** Arrays and maps within each other. */
  static final int MAX_DEPTH = 64;

  private final long maxBytes;

  /** How many values are still to come at each level. */
  private final long[] remaining = new long[MAX_DEPTH + 1];

  private int depth;
  private long begun;
  private long at;

  /**
   * @param maxBytes of one value
   */
  MsgPackScanner(long maxBytes) {
    this.maxBytes = maxBytes;
    reset(0);
  }

  /** Begins a value at {@code position}. */
  void reset(int position) {
    depth = 0;
    remaining[0] = 1;
    begun = position;
    at = position;
  }

  /** Tells that bytes before {@code shift} are gone, all positions move down. */
  void shift(int shift) {
    begun -= shift;
    at -= shift;
  }

  /**
   * Goes on scanning.
   *
   * @param limit where the bytes that are there end
   * @return where the value ends, or -1 when it goes on after {@code limit}
   * @throws MalformedForwardException when it is no MessagePack, too large or too deep
   */
  int scan(byte[] array, int limit) {
    if (depth == 0 && remaining[0] == 0) { // only the content of its last string was missing
      return at <= limit ? (int) at : -1;
    }
    while (at < limit) {
      if (!header(array, (int) at, limit)) {
        return -1;
      }
      while (depth >= 0 && remaining[depth] == 0) {
        depth--;
      }
      if (depth < 0) {
        if (at > limit) { // inside the last string
          depth = 0;
          return -1;
        }
        return (int) at;
      }
    }
    return -1;
  }

  /** Reads one header and skips its content; false when the header is not whole yet. */
  private boolean header(byte[] array, int p, int limit) {
    int b = array[p] & 0xff;
    if (b < 0x80 || b >= 0xe0 || b == 0xc0 || b == 0xc2 || b == 0xc3) {
      return scalar(1);
    }
    if (b < 0x90) {
      return container(1, 2L * (b & 0xf));
    }
    if (b < 0xa0) {
      return container(1, b & 0xf);
    }
    if (b < 0xc0) {
      return scalar(1 + (b & 0x1f));
    }
    switch (b) {
      case 0xcc, 0xd0 -> {
        return scalar(2);
      }
      case 0xcd, 0xd1 -> {
        return scalar(3);
      }
      case 0xca, 0xce, 0xd2 -> {
        return scalar(5);
      }
      case 0xcb, 0xcf, 0xd3 -> {
        return scalar(9);
      }
      case 0xd4, 0xd5, 0xd6, 0xd7, 0xd8 -> {
        return scalar(2 + (1 << (b - 0xd4)));
      }
      case 0xc4, 0xd9 -> {
        return p + 2 <= limit && scalar(2 + length(array, p, 1));
      }
      case 0xc5, 0xda -> {
        return p + 3 <= limit && scalar(3 + length(array, p, 2));
      }
      case 0xc6, 0xdb -> {
        return p + 5 <= limit && scalar(5 + length(array, p, 4));
      }
      case 0xc7 -> {
        return p + 2 <= limit && scalar(3 + length(array, p, 1));
      }
      case 0xc8 -> {
        return p + 3 <= limit && scalar(4 + length(array, p, 2));
      }
      case 0xc9 -> {
        return p + 5 <= limit && scalar(6 + length(array, p, 4));
      }
      case 0xdc -> {
        return p + 3 <= limit && container(3, length(array, p, 2));
      }
      case 0xdd -> {
        return p + 5 <= limit && container(5, length(array, p, 4));
      }
      case 0xde -> {
        return p + 3 <= limit && container(3, 2 * length(array, p, 2));
      }
      case 0xdf -> {
        return p + 5 <= limit && container(5, 2 * length(array, p, 4));
      }
      default -> throw new MalformedForwardException("msgpack", "0xc1 is no MessagePack");
    }
  }

  private boolean scalar(long bytes) {
    remaining[depth]--;
    at += bytes;
    if (at - begun > maxBytes) {
      throw tooLarge();
    }
    return true;
  }

  private boolean container(int headerBytes, long elements) {
    remaining[depth]--;
    at += headerBytes;
    // every element has a byte at least
    if (at - begun + elements > maxBytes) {
      throw tooLarge();
    }
    if (elements > 0) {
      if (depth == MAX_DEPTH) {
        throw new MalformedForwardException("depth", "nested deeper than " + MAX_DEPTH);
      }
      remaining[++depth] = elements;
    }
    return true;
  }

  private MalformedForwardException tooLarge() {
    return new MalformedForwardException("size", "a message of more than " + maxBytes + " bytes");
  }

  private static long length(byte[] array, int p, int bytes) {
    long length = 0;
    for (int i = 1; i <= bytes; i++) {
      length = length << 8 | array[p + i] & 0xff;
    }
    return length;
  }
}
