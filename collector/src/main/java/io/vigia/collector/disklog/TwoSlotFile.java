package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A small file of fixed size, written in place, of which one of two slots is always whole: saving
 * needs no free space and a torn save leaves the one before. Not thread-safe.
 *
 * <p>Drawn in {@code collector/docs/format/disklog.md}, section "Two-slot file".
 */
final class TwoSlotFile implements Closeable {
  private static final int MAGIC = 0x544F4C53; // "SLOT"
  private static final int SLOT_HEADER_BYTES = 24;

  private final StorageFile file;
  private final int slotBytes;
  private final ByteBuffer buffer;
  private final Checksum checksum = new Checksum();
  private final @Nullable ByteBuffer loaded;
  private final boolean damaged;
  private long saves;

  private TwoSlotFile(StorageFile file, int slotBytes) throws IOException {
    this.file = file;
    this.slotBytes = slotBytes;
    this.buffer = ByteBuffer.allocate(slotBytes).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer newest = null;
    boolean bad = false;
    for (int slot = 0; slot < 2; slot++) {
      buffer.clear();
      int length = file.readFully(buffer, (long) slot * slotBytes);
      long number = slotNumber(length);
      bad |= number < 0;
      if (number > saves) {
        saves = number;
        newest = ByteBuffer.allocate(buffer.getInt(4)).order(ByteOrder.LITTLE_ENDIAN);
        newest.put(0, buffer, SLOT_HEADER_BYTES, newest.capacity());
      }
    }
    this.loaded = newest;
    this.damaged = bad;
  }

  /** The save's number; 0 for a slot never written; -1 for a damaged one. */
  private long slotNumber(int length) {
    if (length < SLOT_HEADER_BYTES) {
      return -1;
    }
    if (buffer.getLong(0) == 0 && buffer.getLong(8) == 0) {
      return 0;
    }
    int contentLength = buffer.getInt(4);
    if (buffer.getInt(0) != MAGIC
        || contentLength < 0
        || contentLength > length - SLOT_HEADER_BYTES
        || buffer.getInt(16) != crc(contentLength)) {
      return -1;
    }
    return buffer.getLong(8);
  }

  private int crc(int contentLength) {
    int saved = buffer.getInt(16);
    buffer.putInt(16, 0);
    int crc = checksum.of(buffer, 0, SLOT_HEADER_BYTES + contentLength);
    buffer.putInt(16, saved);
    return crc;
  }

  /** Opens the file, or makes it with both slots empty and its name durable. */
  static TwoSlotFile open(Storage storage, Path path, int slotBytes) throws IOException {
    if (!storage.exists(path)) {
      StorageFile created = storage.create(path);
      try {
        created.writeFully(ByteBuffer.allocate(2 * slotBytes), 0);
        created.sync();
        Path directory = path.getParent();
        if (directory != null) {
          storage.syncDirectory(directory);
        }
        return new TwoSlotFile(created, slotBytes);
      } catch (IOException e) {
        created.close();
        storage.delete(path);
        throw e;
      }
    }
    StorageFile file = storage.open(path);
    try {
      return new TwoSlotFile(file, slotBytes);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** What the newest whole slot held when the file was opened, little-endian, or null. */
  @Nullable ByteBuffer loaded() {
    return loaded == null ? null : loaded.duplicate().order(ByteOrder.LITTLE_ENDIAN).clear();
  }

  /** Whether a slot was neither whole nor untouched when the file was opened. */
  boolean damaged() {
    return damaged;
  }

  int capacity() {
    return slotBytes - SLOT_HEADER_BYTES;
  }

  /** Writes the remaining bytes of {@code content} to the older slot and syncs. */
  void save(ByteBuffer content) throws IOException {
    int length = content.remaining();
    if (length > capacity()) {
      throw new IllegalArgumentException(length + " bytes do not fit into a slot");
    }
    long number = saves + 1;
    buffer.clear();
    buffer.putInt(0, MAGIC).putInt(4, length).putLong(8, number).putLong(16, 0);
    buffer.put(SLOT_HEADER_BYTES, content, content.position(), length);
    buffer.putInt(16, crc(length));
    buffer.limit(SLOT_HEADER_BYTES + length);
    file.writeFully(buffer, (number & 1) * slotBytes);
    file.sync();
    saves = number;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
