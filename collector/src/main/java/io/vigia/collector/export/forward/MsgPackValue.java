package io.vigia.collector.export.forward;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the small MessagePack values that a server sends: HELO, PONG, acknowledgements. Strings and
 * binaries come as {@code byte[]}, because salts are bytes whatever they are called.
 */
final class MsgPackValue {
  private static final int MAX_DEPTH = 8;

  /** The rest has not arrived yet. */
  static final class Incomplete extends Exception {
    private static final long serialVersionUID = 1L;

    private Incomplete() {
      super(null, null, false, false);
    }
  }

  private MsgPackValue() {}

  /**
   * @return {@code null}, {@code Boolean}, {@code Long}, {@code Double}, {@code byte[]}, {@code
   *     List}, or {@code Map} by {@code String}
   * @throws IllegalArgumentException when it is not MessagePack, or not this small
   */
  static @Nullable Object read(ByteBuf in) throws Incomplete {
    return read(in, 0);
  }

  static String text(@Nullable Object value) {
    return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
  }

  static byte[] bytes(@Nullable Object value) {
    return value instanceof byte[] bytes ? bytes : new byte[0];
  }

  private static @Nullable Object read(ByteBuf in, int depth) throws Incomplete {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException("nested too deeply");
    }
    int type = (int) number(in, 1);
    if (type < 0x80) {
      return (long) type;
    } else if (type < 0x90) {
      return map(in, type & 0x0f, depth);
    } else if (type < 0xa0) {
      return list(in, type & 0x0f, depth);
    } else if (type < 0xc0) {
      return bytes(in, type & 0x1f);
    } else if (type >= 0xe0) {
      return (long) (byte) type;
    }
    return switch (type) {
      case 0xc0 -> null;
      case 0xc2 -> false;
      case 0xc3 -> true;
      case 0xc4, 0xd9 -> bytes(in, number(in, 1));
      case 0xc5, 0xda -> bytes(in, number(in, 2));
      case 0xc6, 0xdb -> bytes(in, number(in, 4));
      case 0xca -> (double) Float.intBitsToFloat((int) number(in, 4));
      case 0xcb -> Double.longBitsToDouble(number(in, 8));
      case 0xcc -> number(in, 1);
      case 0xcd -> number(in, 2);
      case 0xce -> number(in, 4);
      case 0xcf, 0xd3 -> number(in, 8);
      case 0xd0 -> (long) (byte) number(in, 1);
      case 0xd1 -> (long) (short) number(in, 2);
      case 0xd2 -> (long) (int) number(in, 4);
      case 0xdc -> list(in, number(in, 2), depth);
      case 0xdd -> list(in, number(in, 4), depth);
      case 0xde -> map(in, number(in, 2), depth);
      case 0xdf -> map(in, number(in, 4), depth);
      default -> throw new IllegalArgumentException("unexpected byte " + type);
    };
  }

  private static List<@Nullable Object> list(ByteBuf in, long count, int depth) throws Incomplete {
    List<@Nullable Object> list = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      list.add(read(in, depth + 1));
    }
    return list;
  }

  private static Map<String, @Nullable Object> map(ByteBuf in, long count, int depth)
      throws Incomplete {
    Map<String, @Nullable Object> map = new HashMap<>();
    for (long i = 0; i < count; i++) {
      map.put(text(read(in, depth + 1)), read(in, depth + 1));
    }
    return map;
  }

  private static byte[] bytes(ByteBuf in, long length) throws Incomplete {
    if (in.readableBytes() < length) {
      throw new Incomplete();
    }
    byte[] bytes = new byte[(int) length];
    in.readBytes(bytes);
    return bytes;
  }

  private static long number(ByteBuf in, int bytes) throws Incomplete {
    if (in.readableBytes() < bytes) {
      throw new Incomplete();
    }
    return switch (bytes) {
      case 1 -> in.readUnsignedByte();
      case 2 -> in.readUnsignedShort();
      case 4 -> in.readUnsignedInt();
      default -> in.readLong();
    };
  }
}
