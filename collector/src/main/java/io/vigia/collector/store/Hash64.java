package io.vigia.collector.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Content hash of dictionary entries (resources, series). Not for hostile collisions: a sender that
 * forges one only spoils its own labels. Stored: never to be changed within a schema version.
 */
final class Hash64 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long PRIME_1 = 0x9E3779B185EBCA87L;
  private static final long PRIME_2 = 0xC2B2AE3D27D4EB4FL;

  private Hash64() {}

  static long of(long seed, byte[] bytes, int offset, int length) {
    long hash = seed ^ length * PRIME_1;
    int at = offset;
    int end = offset + length;
    for (; end - at >= 8; at += 8) {
      hash = mix(hash, (long) LONG.get(bytes, at));
    }
    long tail = 0;
    for (int shift = 0; at < end; at++, shift += 8) {
      tail |= (bytes[at] & 0xffL) << shift;
    }
    return finish(mix(hash, tail));
  }

  static long of(long seed, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return of(seed, bytes, 0, bytes.length);
  }

  private static long mix(long hash, long word) {
    return Long.rotateLeft(hash ^ word * PRIME_2, 31) * PRIME_1;
  }

  private static long finish(long hash) {
    hash ^= hash >>> 33;
    hash *= PRIME_2;
    hash ^= hash >>> 29;
    hash *= PRIME_1;
    return hash ^ hash >>> 32;
  }
}
