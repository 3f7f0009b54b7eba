package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a log knows about itself apart from its records: its id, its epoch, whether it was closed
 * cleanly, and how far it had come. Drawn in {@code collector/docs/format/disklog.md}, section
 * "meta".
 */
final class LogMeta implements Closeable {
  static final int VERSION = 1;
  private static final int SLOT_BYTES = 512;
  private static final int CONTENT_BYTES = 48;

  /**
   * @param end a position the log had certainly reached
   */
  record State(long logId, int epoch, boolean clean, LogPosition end) {}

  private final TwoSlotFile file;
  private final @Nullable State loaded;

  private LogMeta(TwoSlotFile file, @Nullable State loaded) {
    this.file = file;
    this.loaded = loaded;
  }

  static LogMeta open(Storage storage, Path path) throws IOException {
    TwoSlotFile file = TwoSlotFile.open(storage, path, SLOT_BYTES);
    ByteBuffer content = file.loaded();
    if (content == null || content.remaining() < CONTENT_BYTES) {
      return new LogMeta(file, null);
    }
    int version = content.getShort(0);
    if (version > VERSION) {
      file.close();
      throw new NewerFormatException(path, version, VERSION);
    }
    LogPosition end =
        new LogPosition(content.getLong(24), content.getLong(32), content.getLong(40));
    return new LogMeta(
        file, new State(content.getLong(8), content.getInt(16), content.get(2) == 1, end));
  }

  /** What was saved last, or null for a new or destroyed file. */
  @Nullable State loaded() {
    return loaded;
  }

  /**
   * Whether one slot could not be read, so that {@link #loaded} may be older than the last save.
   */
  boolean damaged() {
    return file.damaged();
  }

  void save(State state) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(CONTENT_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    content.putShort(0, (short) VERSION).put(2, (byte) (state.clean ? 1 : 0));
    content.putLong(8, state.logId).putInt(16, state.epoch);
    content.putLong(24, state.end.sequence());
    content.putLong(32, state.end.items());
    content.putLong(40, state.end.bytes());
    file.save(content);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
