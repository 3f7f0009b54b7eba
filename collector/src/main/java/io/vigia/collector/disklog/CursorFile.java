package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cursor's state as bytes in a {@link TwoSlotFile}. Drawn in {@code
 * collector/docs/format/disklog.md}, section "Cursor".
 */
final class CursorFile implements Closeable {
  static final int VERSION = 1;
  static final int MAX_RANGES = 600;
  private static final int SLOT_BYTES = 32 * 1024;
  private static final int MAX_REASON_BYTES = 64;

  private final TwoSlotFile file;
  private final Cursor.@Nullable State loaded;

  private CursorFile(TwoSlotFile file, Cursor.@Nullable State loaded) {
    this.file = file;
    this.loaded = loaded;
  }

  static CursorFile open(Storage storage, Path path) throws IOException {
    TwoSlotFile file = TwoSlotFile.open(storage, path, SLOT_BYTES);
    ByteBuffer content = file.loaded();
    if (content == null) {
      return new CursorFile(file, null);
    }
    int version = content.getShort();
    if (version > VERSION) {
      file.close();
      throw new NewerFormatException(path, version, VERSION);
    }
    return new CursorFile(file, decode(content));
  }

  Cursor.@Nullable State loaded() {
    return loaded;
  }

  boolean damaged() {
    return file.damaged();
  }

  private static Cursor.State decode(ByteBuffer in) {
    int reasons = in.getShort();
    int rangeCount = in.getShort();
    in.getShort();
    long logId = in.getLong();
    LogPosition lowWater = position(in);
    long baseItems = in.getLong();
    long delivered = in.getLong();
    long duplicates = in.getLong();
    long retries = in.getLong();
    long moved = in.getLong();
    Map<String, Long> dropped = new LinkedHashMap<>();
    for (int i = 0; i < reasons; i++) {
      byte[] reason = new byte[in.get()];
      in.get(reason);
      dropped.put(new String(reason, StandardCharsets.UTF_8), in.getLong());
    }
    List<Cursor.Range> ranges = new ArrayList<>();
    for (int i = 0; i < rangeCount; i++) {
      LogPosition from = position(in);
      ranges.add(new Cursor.Range(from, position(in)));
    }
    return new Cursor.State(
        logId, lowWater, ranges, baseItems, delivered, duplicates, retries, moved, dropped);
  }

  private static LogPosition position(ByteBuffer in) {
    return new LogPosition(in.getLong(), in.getLong(), in.getLong());
  }

  void save(Cursor.State state) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(file.capacity()).order(ByteOrder.LITTLE_ENDIAN);
    out.putShort((short) VERSION);
    out.putShort((short) state.dropped().size());
    out.putShort((short) state.ranges().size());
    out.putShort((short) 0);
    out.putLong(state.logId());
    put(out, state.lowWater());
    out.putLong(state.baseItems()).putLong(state.delivered());
    out.putLong(state.duplicates()).putLong(state.retries()).putLong(state.moved());
    state
        .dropped()
        .forEach(
            (reason, items) -> {
              byte[] bytes = reason.getBytes(StandardCharsets.UTF_8);
              int length = Math.min(bytes.length, MAX_REASON_BYTES);
              out.put((byte) length).put(bytes, 0, length).putLong(items);
            });
    for (Cursor.Range range : state.ranges()) {
      put(out, range.from());
      put(out, range.to());
    }
    file.save(out.flip());
  }

  private static void put(ByteBuffer out, LogPosition position) {
    out.putLong(position.sequence()).putLong(position.items()).putLong(position.bytes());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
