package io.vigia.collector.disklog;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the bytes of stretches that cannot be read, for people: the segment they lie in will be
 * deleted when its other records were delivered. One file for each, drawn in {@code
 * collector/docs/format/disklog.md}, section "Damage". Bounded; never fails a reader. Thread-safe.
 */
final class DamagedFiles {
  static final long MAX_FILE_BYTES = 16L << 20;
  static final long MAX_BYTES = 64L << 20;
  private static final Logger LOG = LoggerFactory.getLogger(DamagedFiles.class);
  private static final int BLOCK_BYTES = 1 << 20;

  private final Storage storage;
  private final Path directory;

  DamagedFiles(LogOptions options) {
    this.storage = options.storage();
    this.directory = options.directory().resolve("damaged");
  }

  /**
   * Does nothing for what is here already, was never acknowledged ({@code torn}), or has no bytes.
   */
  synchronized void keep(LogEntry gap, @Nullable Segment segment, long offset, long length) {
    if (segment == null || length <= 0 || "torn".equals(gap.damage())) {
      return;
    }
    Path file = directory.resolve(String.format("%020d-%010d", segment.start().sequence(), offset));
    try {
      if (storage.exists(file)) {
        return;
      }
      long kept = Math.min(length, MAX_FILE_BYTES);
      if (bytes() + kept > MAX_BYTES) {
        LOG.warn("{} is full: {} bytes are not kept", directory, length);
        return;
      }
      storage.createDirectories(directory);
      write(file, head(gap, segment, offset, length), segment, offset, kept);
      storage.syncDirectory(directory);
      LOG.warn("what is left of it is kept in {}", file);
    } catch (FileAlreadyExistsException e) {
      // another process kept it
    } catch (IOException e) {
      LOG.warn("what is left of it cannot be kept in {}: {}", file, e.toString());
    }
  }

  private long bytes() throws IOException {
    long sum = 0;
    for (Path file : storage.list(directory)) {
      try (StorageFile open = storage.openForReading(file)) {
        sum += open.size();
      }
    }
    return sum;
  }

  private static byte[] head(LogEntry gap, Segment segment, long offset, long length) {
    String line =
        "vigia-damaged 1"
            + " segment="
            + segment.path.getFileName()
            + " offset="
            + offset
            + " length="
            + length
            + " reason="
            + gap.damage()
            + " records="
            + gap.from().sequence()
            + "-"
            + (gap.to().sequence() - 1)
            + " items="
            + gap.items()
            + " found="
            + Instant.now()
            + "\n";
    return line.getBytes(StandardCharsets.US_ASCII);
  }

  private void write(Path file, byte[] head, Segment segment, long offset, long length)
      throws IOException {
    try (StorageFile in = storage.openForReading(segment.path);
        StorageFile out = storage.create(file)) {
      out.writeFully(ByteBuffer.wrap(head), 0);
      ByteBuffer block = ByteBuffer.allocate((int) Math.min(BLOCK_BYTES, length));
      for (long done = 0; done < length; ) {
        block.clear().limit((int) Math.min(block.capacity(), length - done));
        int read = in.readFully(block, offset + done);
        if (read <= 0) {
          break;
        }
        out.writeFully(block.flip(), head.length + done);
        done += read;
      }
      out.sync();
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException e) {
      storage.delete(file); // a half one would be taken for whole
      throw e;
    }
  }
}
