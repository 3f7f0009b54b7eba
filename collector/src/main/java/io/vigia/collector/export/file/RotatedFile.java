package io.vigia.collector.export.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that only grows by what is durable, and that makes room for a new one at a size.
 * Opened at the first append. Not thread-safe.
 */
final class RotatedFile {
  /** By path, for all that this process writes there: {@link FileLock} is between processes. */
  private static final Map<Path, Object> TURNS = new ConcurrentHashMap<>();

  private final Path path;
  private final long maxBytes;
  private final int maxFiles;
  private final Object turn;
  private @Nullable FileChannel open;

  /** Which file it is that is open; null where files have no such thing. */
  private @Nullable Object key;

  /** Up to here every byte is a whole line and durable. */
  private long size;

  RotatedFile(Path path, long maxBytes, int maxFiles) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
    this.turn = TURNS.computeIfAbsent(path.toAbsolutePath().normalize(), key -> new Object());
  }

  /**
   * Appends whole lines; returns when they are durable. What others append meanwhile stays: two
   * destinations, or two collectors of which one delivers what the other left, may have one file.
   *
   * @throws IOException when they are not; they are then not in the file (as far as the disk lets
   *     itself be told), and the next append tries from where it was
   */
  void append(byte[] lines) throws IOException {
    synchronized (turn) {
      while (!appended(lines)) {
        // to the next file
      }
    }
  }

  /** False when another file is to be in its place, or is already. */
  private boolean appended(byte[] lines) throws IOException {
    FileChannel channel = channel();
    FileLock held = lock(channel);
    try {
      if (!isInPlace()) { // somebody took it away, or put another there
        close();
        return false;
      }
      if (channel.size() != size) { // somebody wrote to it, or emptied it
        size = wholeLines(channel);
        channel.truncate(size);
      }
      if (size > 0 && size + lines.length > maxBytes) {
        rotate();
        return false;
      }
      write(channel, lines);
      return true;
    } finally {
      release(held);
    }
  }

  private void write(FileChannel channel, byte[] lines) throws IOException {
    try {
      ByteBuffer buffer = ByteBuffer.wrap(lines);
      while (buffer.hasRemaining()) {
        channel.write(buffer, size + buffer.position());
      }
      channel.force(true);
    } catch (IOException e) {
      undo(channel);
      throw e;
    }
    size += lines.length;
  }

  private FileChannel channel() throws IOException {
    FileChannel channel = open;
    if (channel != null && channel.isOpen()) {
      return channel;
    }
    boolean fresh = !Files.exists(path);
    channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    open = channel;
    key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    size = -1;
    if (fresh) {
      syncFolder();
    }
    return channel;
  }

  /** Null where the file system knows no locks. */
  private @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.lock();
    } catch (OverlappingFileLockException e) {
      throw new IOException(path + " is written to under another name as well", e);
    } catch (IOException e) {
      if (!channel.isOpen()) {
        throw e;
      }
      return null;
    }
  }

  private static void release(@Nullable FileLock held) {
    try {
      if (held != null) {
        held.release();
      }
    } catch (IOException e) {
      // the file was closed, and its lock is gone with it
    }
  }

  private boolean isInPlace() throws IOException {
    try {
      return Objects.equals(Files.readAttributes(path, BasicFileAttributes.class).fileKey(), key);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** After a crash the end may be half a batch: it was not confirmed, so it comes again. */
  private static long wholeLines(FileChannel channel) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(8 << 10);
    long end = channel.size();
    while (end > 0) {
      long from = Math.max(0, end - block.capacity());
      block.clear().limit((int) (end - from));
      while (block.hasRemaining() && channel.read(block, from + block.position()) >= 0) {
        // on
      }
      for (int i = block.position() - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return from + i + 1;
        }
      }
      end = from;
    }
    return 0;
  }

  /** Open until it is done: who waits for the lock finds another file in the place of this one. */
  private void rotate() throws IOException {
    for (int i = maxFiles - 1; Files.deleteIfExists(numbered(i)); i++) {
      // also those of a time when there might be more of them
    }
    for (int i = maxFiles - 2; i >= 0; i--) {
      if (Files.exists(numbered(i))) {
        Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
    close();
    syncFolder();
  }

  private Path numbered(int number) {
    return number == 0 ? path : path.resolveSibling(path.getFileName() + "." + number);
  }

  /** A new name is durable only then. */
  private void syncFolder() throws IOException {
    Path folder = path.toAbsolutePath().getParent();
    if (folder != null) {
      try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
        channel.force(true);
      }
    }
  }

  private void undo(FileChannel channel) {
    try {
      channel.truncate(size);
    } catch (IOException e) {
      // the next append opens the file anew and cuts it after its last whole line
    }
    close();
  }

  void close() {
    FileChannel channel = open;
    open = null;
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // what was confirmed is durable already
      }
    }
  }
}
