package io.vigia.collector.export.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file of lines that only grows by what is durable, and that makes room for a new one at a size.
 * Opened at the first append. Not thread-safe.
 */
final class RotatedFile {
  private final Path path;
  private final long maxBytes;
  private final int maxFiles;
  private @Nullable FileChannel open;

  /** Which file it is that is open; null where files have no such thing. */
  private @Nullable Object key;

  /** Up to here every byte is a whole line and durable. */
  private long size;

  RotatedFile(Path path, long maxBytes, int maxFiles) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.maxFiles = maxFiles;
  }

  /**
   * Appends whole lines; returns when they are durable.
   *
   * @throws IOException when they are not; they are then not in the file (as far as the disk lets
   *     itself be told), and the next append tries from where it was
   */
  void append(byte[] lines) throws IOException {
    FileChannel channel = channel();
    if (size > 0 && size + lines.length > maxBytes) {
      rotate();
      channel = channel();
    }
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
    if (channel != null && channel.isOpen() && isStillThere()) {
      return channel;
    }
    close(); // never opened, or somebody took it away, put another in its place or emptied it
    boolean fresh = !Files.exists(path);
    channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    open = channel;
    key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    size = wholeLines(channel);
    channel.truncate(size);
    if (fresh) {
      syncFolder();
    }
    return channel;
  }

  private boolean isStillThere() throws IOException {
    try {
      BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
      return Objects.equals(now.fileKey(), key) && now.size() >= size;
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

  private void rotate() throws IOException {
    close();
    Files.deleteIfExists(numbered(maxFiles - 1));
    for (int i = maxFiles - 2; i >= 0; i--) {
      if (Files.exists(numbered(i))) {
        Files.move(numbered(i), numbered(i + 1), StandardCopyOption.ATOMIC_MOVE);
      }
    }
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
