package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file, addressed by position. Reads may run beside each other and beside one writer. */
public interface StorageFile extends Closeable {
  /** Writes some of the buffer's remaining bytes (a short write is normal) and says how many. */
  int write(ByteBuffer from, long position) throws IOException;

  /** Reads some bytes; -1 at the end of the file. */
  int read(ByteBuffer into, long position) throws IOException;

  /** Returns after everything written is on stable storage. */
  void sync() throws IOException;

  void truncate(long size) throws IOException;

  long size() throws IOException;

  /** Writes all remaining bytes, however many short writes it takes. */
  default void writeFully(ByteBuffer from, long position) throws IOException {
    while (from.hasRemaining()) {
      int written = write(from, position);
      if (written <= 0) {
        throw new IOException("the file system wrote " + written + " bytes");
      }
      position += written;
    }
  }

  /** Reads until the buffer is full or the file ends, and says how many bytes came. */
  default int readFully(ByteBuffer into, long position) throws IOException {
    int total = 0;
    while (into.hasRemaining()) {
      int read = read(into, position + total);
      if (read < 0) {
        break;
      }
      total += read;
    }
    return total;
  }
}
