package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far one destination has come in one log, and the counts that belong to exactly that place:
 * they are changed together and saved together. Thread-safe.
 *
 * <p>Everything before the low-water mark is done; so are some ranges above it, because requests
 * are answered out of order. A new cursor begins at the oldest retained record.
 */
public final class Cursor implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(Cursor.class);
  private static final int MAX_REASONS = 32;

  /** Above this many ranges {@link #crowded} asks the reader to wait for stragglers. */
  private static final int MANY_RANGES = 256;

  /** A stretch of records. */
  public record Range(LogPosition from, LogPosition to) {}

  /** What is saved. */
  record State(
      long logId,
      LogPosition lowWater,
      List<Range> ranges,
      long baseItems,
      long delivered,
      long duplicates,
      long retries,
      long moved,
      Map<String, Long> dropped) {}

  /**
   * The counts at one moment; see {@link io.vigia.collector.core.DestinationStatus}.
   *
   * @param pending items of records that are not done, counted from positions
   * @param moved items that went on to the retry log, which has a ledger of its own
   */
  public record Ledger(
      long accepted,
      long delivered,
      Map<String, Long> dropped,
      long pending,
      long pendingBytes,
      long duplicates,
      long retries,
      long moved) {}

  private final CursorFile file;
  private final long logId;
  private LogPosition lowWater;
  private final List<Range> ranges = new ArrayList<>();
  private long baseItems;
  private long delivered;
  private long duplicates;
  private long retries;
  private long moved;
  private final Map<String, Long> dropped = new LinkedHashMap<>();

  private boolean changed = true;
  private volatile LogPosition savedLowWater;

  private Cursor(CursorFile file, State state) {
    this.file = file;
    this.logId = state.logId;
    this.lowWater = state.lowWater;
    this.ranges.addAll(state.ranges);
    this.baseItems = state.baseItems;
    this.delivered = state.delivered;
    this.duplicates = state.duplicates;
    this.retries = state.retries;
    this.moved = state.moved;
    this.dropped.putAll(state.dropped);
    this.savedLowWater = state.lowWater;
  }

  /**
   * Opens the cursor, or makes a new one at the oldest retained record. One that cannot be read, or
   * belongs to another log, is begun anew (what is retained is delivered again rather than lost).
   */
  public static Cursor open(Storage storage, Path path, DiskLog log) throws IOException {
    return open(storage, path, log.logId(), log.oldest(), log.end());
  }

  /** The same for a side log. */
  public static Cursor open(Storage storage, Path path, SideLog log) throws IOException {
    return open(storage, path, log.logId(), log.oldest(), log.end());
  }

  static Cursor open(Storage storage, Path path, long logId, LogPosition oldest, LogPosition end)
      throws IOException {
    CursorFile file = CursorFile.open(storage, path);
    State state = file.loaded();
    if (state == null && file.damaged()) {
      LOG.warn("{} cannot be read: everything retained will be delivered again", path);
    } else if (state != null && state.logId != logId) {
      LOG.warn("{} belongs to another log: it begins anew", path);
      state = null;
    }
    if (state == null) {
      state = new State(logId, oldest, List.of(), oldest.items(), 0, 0, 0, 0, Map.of());
    } else if (isAhead(state, end)) {
      LOG.warn("{} is ahead of its log (which lost its end): going on at the end", path);
      long done =
          state.delivered
              + state.moved
              + state.dropped.values().stream().mapToLong(Long::longValue).sum();
      state =
          new State(
              logId,
              end,
              List.of(),
              end.items() - done,
              state.delivered,
              state.duplicates,
              state.retries,
              state.moved,
              state.dropped);
    }
    Cursor cursor = new Cursor(file, state);
    cursor.save();
    return cursor;
  }

  /**
   * For a cursor that nobody opens now although its log is: when the log lost its end, goes back to
   * what is left, as {@link #open} does. Opened later, when the log has grown past it, it would
   * pass over what was written in between.
   */
  public static void keepWithin(Storage storage, Path path, DiskLog log) throws IOException {
    boolean ahead;
    try (CursorFile file = CursorFile.open(storage, path)) {
      State state = file.loaded();
      ahead = state != null && state.logId == log.logId() && isAhead(state, log.end());
    }
    if (ahead) {
      open(storage, path, log).close();
    }
  }

  private static boolean isAhead(State state, LogPosition end) {
    LogPosition last =
        state.ranges.isEmpty() ? state.lowWater : state.ranges.get(state.ranges.size() - 1).to;
    return last.sequence() > end.sequence();
  }

  /**
   * Whether it may stand before a place up to which records were delivered: it is new (somebody may
   * have had another name before), or a half of its file could not be read.
   */
  public boolean mayRepeat() {
    return file.damaged() || file.loaded() == null;
  }

  /** Everything before it is done. */
  public synchronized LogPosition lowWater() {
    return lowWater;
  }

  /** The low-water mark a restart would find: records from here on must be kept. */
  public LogPosition savedLowWater() {
    return savedLowWater;
  }

  public synchronized boolean isDone(long sequence) {
    if (sequence < lowWater.sequence()) {
      return true;
    }
    for (Range range : ranges) {
      if (sequence < range.from.sequence()) {
        return false;
      }
      if (sequence < range.to.sequence()) {
        return true;
      }
    }
    return false;
  }

  /** Whether so much is done out of order that the oldest records should be waited for. */
  public synchronized boolean crowded() {
    return ranges.size() >= MANY_RANGES;
  }

  /**
   * One record is done: each of its items was delivered or is dropped for good.
   *
   * @param duplicates how many of the delivered the backend had already
   * @return false, and nothing counted, when it was done before
   */
  public boolean done(
      LogPosition from,
      LogPosition to,
      long delivered,
      long duplicates,
      Map<String, Long> dropped) {
    return done(from, to, delivered, duplicates, dropped, 0);
  }

  /** The same for a record of which some items were moved to the retry log. */
  public synchronized boolean done(
      LogPosition from,
      LogPosition to,
      long delivered,
      long duplicates,
      Map<String, Long> dropped,
      long moved) {
    if (isDone(from.sequence())) {
      return false;
    }
    mark(from, to);
    this.delivered += delivered;
    this.duplicates += duplicates;
    this.moved += moved;
    dropped.forEach(this::countDropped);
    return true;
  }

  /**
   * Takes a record out of the ledger altogether, as if it had never been in the log.
   *
   * @return how many items; 0 when it was done before
   */
  public synchronized long annul(LogPosition from, LogPosition to) {
    long items = mark(from, to);
    baseItems += items;
    return items;
  }

  /**
   * Goes back: everything from {@code to} on is to be delivered again. What was done of it counts
   * as accepted once more, so the ledger stays balanced.
   *
   * @param to not before the log's oldest record; at or behind the low-water mark nothing changes
   * @return how many items will be delivered again
   */
  public synchronized long rewind(LogPosition to) {
    if (to.sequence() >= lowWater.sequence()) {
      return 0;
    }
    long again = lowWater.items() - to.items();
    for (Range range : ranges) {
      again += range.to.items() - range.from.items();
    }
    ranges.clear();
    lowWater = to;
    baseItems -= again;
    changed = true;
    return again;
  }

  /** Gives up whatever is not done yet between the two positions, and says how many items. */
  public synchronized long drop(LogPosition from, LogPosition to, String reason) {
    long items = mark(from, to);
    if (items != 0) {
      countDropped(reason, items);
    }
    return items;
  }

  /** One request failed and will be tried again. */
  public synchronized void countRetry() {
    retries++;
    changed = true;
  }

  private void countDropped(String reason, long items) {
    boolean room = dropped.containsKey(reason) || dropped.size() < MAX_REASONS;
    dropped.merge(room ? reason : "other", items, Long::sum);
  }

  /** Marks everything between as done and returns how many items were not done before. */
  private long mark(LogPosition from, LogPosition to) {
    LogPosition start = from.sequence() <= lowWater.sequence() ? lowWater : from;
    if (to.sequence() <= start.sequence()) {
      return 0;
    }
    changed = true;
    LogPosition mergedFrom = start;
    LogPosition mergedTo = to;
    long items = 0;
    LogPosition undoneFrom = start;
    int index = 0;
    while (index < ranges.size() && ranges.get(index).to.sequence() < start.sequence()) {
      index++;
    }
    while (index < ranges.size() && ranges.get(index).from.sequence() <= to.sequence()) {
      Range overlapped = ranges.remove(index);
      if (overlapped.from.sequence() < mergedFrom.sequence()) {
        mergedFrom = overlapped.from;
      }
      if (overlapped.to.sequence() > mergedTo.sequence()) {
        mergedTo = overlapped.to;
      }
      items += Math.max(0, overlapped.from.items() - undoneFrom.items());
      undoneFrom = overlapped.to;
    }
    if (index < ranges.size() && mergedTo.items() > ranges.get(index).from.items()) {
      // a segment's header was rebuilt behind lost records: their items count as before it
      mergedTo =
          new LogPosition(mergedTo.sequence(), ranges.get(index).from.items(), mergedTo.bytes());
    }
    items += Math.max(0, Math.min(to.items(), mergedTo.items()) - undoneFrom.items());
    if (mergedFrom.sequence() == lowWater.sequence()) {
      lowWater = mergedTo;
    } else {
      ranges.add(index, new Range(mergedFrom, mergedTo));
    }
    return items;
  }

  /**
   * The counts now.
   *
   * @param end the log's end, read before this call
   */
  public synchronized Ledger ledger(LogPosition end) {
    LogPosition last = ranges.isEmpty() ? lowWater : ranges.get(ranges.size() - 1).to;
    LogPosition upTo = last.sequence() > end.sequence() ? last : end; // end was read earlier
    long pending = upTo.items() - lowWater.items();
    long pendingBytes = upTo.bytes() - lowWater.bytes();
    for (Range range : ranges) {
      pending -= range.to.items() - range.from.items();
      pendingBytes -= range.to.bytes() - range.from.bytes();
    }
    return new Ledger(
        upTo.items() - baseItems,
        delivered,
        Map.copyOf(dropped),
        pending,
        pendingBytes,
        duplicates,
        retries,
        moved);
  }

  /** Saves the state durably if it changed. One thread at a time. */
  public void save() throws IOException {
    State state;
    synchronized (this) {
      if (!changed || ranges.size() > CursorFile.MAX_RANGES) {
        return; // the last save still is a true state; it is only older
      }
      changed = false;
      state =
          new State(
              logId,
              lowWater,
              List.copyOf(ranges),
              baseItems,
              delivered,
              duplicates,
              retries,
              moved,
              new LinkedHashMap<>(dropped));
    }
    try {
      file.save(state);
      savedLowWater = state.lowWater;
    } catch (IOException | RuntimeException | Error e) {
      synchronized (this) {
        changed = true;
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
