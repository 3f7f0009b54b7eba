package io.vigia.collector.receive.containers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * One file of a series as it was at one look. Which file it is, is told by how it begins: a line of
 * the format begins with a time in nanoseconds, so no two files of a series begin alike, whatever
 * became of their names and inodes.
 */
final class LogFile {
  /** How much of a file's beginning tells it from others. */
  static final int HEAD_BYTES = 256;

  /**
   * A file changed less than this before it was looked at is read again, as git does with its
   * index: within one tick of the file system's clock another one may get its inode and its size.
   */
  private static final long SETTLED_MILLIS = 1_000;

  private final Path path;
  private final boolean current;
  private final @Nullable Object inode;
  private final long size;
  private final long modifiedMillis;
  private final boolean settled;
  private final byte[] head;

  private LogFile(
      Path path, boolean current, BasicFileAttributes attributes, long lookedMillis, byte[] head) {
    this.path = path;
    this.current = current;
    this.inode = attributes.fileKey();
    this.size = attributes.size();
    this.modifiedMillis = attributes.lastModifiedTime().toMillis();
    this.settled = modifiedMillis < lookedMillis - SETTLED_MILLIS;
    this.head = head;
  }

  /**
   * Reads the beginning.
   *
   * @param current whether it has the name that is written to
   * @param before the same path at the last look: not read again when it is unchanged
   */
  static LogFile look(Path path, boolean current, @Nullable LogFile before) throws IOException {
    long nowMillis = System.currentTimeMillis();
    BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
    if (before != null
        && before.settled
        && Objects.equals(before.inode, attributes.fileKey())
        && before.size == attributes.size()
        && before.modifiedMillis == attributes.lastModifiedTime().toMillis()
        && before.current == current) {
      return before;
    }
    try (InputStream in = stream(path)) {
      return new LogFile(path, current, attributes, nowMillis, in.readNBytes(HEAD_BYTES));
    }
  }

  private static InputStream stream(Path path) throws IOException {
    InputStream in = Files.newInputStream(path);
    try {
      return isGzip(path) ? new GZIPInputStream(in, 16 << 10) : in;
    } catch (IOException e) {
      in.close();
      throw e;
    }
  }

  private static boolean isGzip(Path path) {
    return path.toString().endsWith(".gz");
  }

  Path path() {
    return path;
  }

  boolean isCurrent() {
    return current;
  }

  boolean isGzip() {
    return isGzip(path);
  }

  @Nullable Object inode() {
    return inode;
  }

  /** Bytes on disk. */
  long size() {
    return size;
  }

  /** The same now, when it grew. */
  long sizeNow() {
    try {
      return current ? Math.max(size, Files.size(path)) : size;
    } catch (IOException e) {
      return size;
    }
  }

  long modifiedMillis() {
    return modifiedMillis;
  }

  /** The first bytes, {@value #HEAD_BYTES} at most. Not to be changed. */
  byte[] head() {
    return head;
  }

  /** When its first line was written; without a readable one, when it was changed. */
  long orderNanos() {
    long time = CriLine.time(head, 0, head.length);
    return time == 0 ? modifiedMillis * 1_000_000L : time;
  }

  /** Whether the two have the same content as far as it is known: a copy, or a compressed one. */
  boolean beginsLike(LogFile other) {
    int shared = Math.min(head.length, other.head.length);
    return shared > 0 && Arrays.equals(head, 0, shared, other.head, 0, shared);
  }

  boolean hasSamePath(LogFile other) {
    return path.equals(other.path);
  }

  /** Whether the other one is in its place: false where there are no inodes. */
  boolean isSameInode(LogFile other) {
    return inode != null && inode.equals(other.inode) && path.equals(other.path);
  }

  /** Opens it behind the first {@code offset} (uncompressed) bytes. */
  Source open(long offset) throws IOException {
    return isGzip() ? Compressed.open(stream(path), offset) : new Plain(path, head, offset);
  }

  /** The bytes of an open file. */
  interface Source extends AutoCloseable {
    /** As {@link InputStream#read(byte[], int, int)}. */
    int read(byte[] into, int offset, int length) throws IOException;

    /** Whether it is still the content that was looked at: not truncated meanwhile. */
    boolean isUnchanged() throws IOException;

    @Override
    void close() throws IOException;
  }

  private static final class Plain implements Source {
    private final FileChannel channel;
    private final byte[] head;

    Plain(Path path, byte[] head, long offset) throws IOException {
      this.channel = FileChannel.open(path, StandardOpenOption.READ);
      this.head = head;
      channel.position(offset);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return channel.read(ByteBuffer.wrap(into, offset, length));
    }

    @Override
    public boolean isUnchanged() throws IOException {
      ByteBuffer now = ByteBuffer.allocate(head.length);
      while (now.hasRemaining() && channel.read(now, now.position()) > 0) {
        // until there is no more
      }
      return !now.hasRemaining() && Arrays.equals(now.array(), head);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  /** A rotated file that was compressed: nobody writes to it. */
  private record Compressed(InputStream in) implements Source {
    static Compressed open(InputStream in, long offset) throws IOException {
      try {
        for (long left = offset; left > 0; ) {
          long skipped = in.skip(left);
          if (skipped <= 0) {
            break;
          }
          left -= skipped;
        }
        return new Compressed(in);
      } catch (IOException e) {
        in.close();
        throw e;
      }
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      return in.read(into, offset, length);
    }

    @Override
    public boolean isUnchanged() {
      return true;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
