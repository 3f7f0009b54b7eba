package io.vigia.agent.extension.export;

import java.io.DataInputStream;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.UUID;

/**
 * A random UUID (RFC 9562, version 4) from the system's own source. {@link UUID#randomUUID} sets up
 * the JVM's security providers for it, which an application may never need: 4 MB of allocation at
 * start. The build has upstream's {@code service.instance.id} made here, too.
 */
public final class RandomId {

  private static final String SOURCE = "/dev/urandom";

  /** As random as {@link UUID#randomUUID}, which is asked where there is no such source. */
  public static UUID uuid() {
    try (DataInputStream random = new DataInputStream(new FileInputStream(SOURCE))) {
      long high = random.readLong();
      long low = random.readLong();
      return new UUID(high & ~0xF000L | 0x4000L, low & ~(3L << 62) | 1L << 63);
    } catch (IOException | SecurityException e) {
      return UUID.randomUUID();
    }
  }

  private RandomId() {}
}
