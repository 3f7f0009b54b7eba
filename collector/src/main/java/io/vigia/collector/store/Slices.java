package io.vigia.collector.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The attached files, by receive time. Changed by the writer's thread only; {@link #list} is for
 * everybody, and what it lists stays attached while {@link #reading} is held.
 */
final class Slices {
  private static final Logger log = LoggerFactory.getLogger(LocalStore.class);

  /** A slice is cut by size so that retention by bytes has something small to drop. */
  private static final int SLICES_PER_STORE = 16;

  /** A backlog has two at a time; each takes memory by the number of its series. */
  private static final int MAX_WRITTEN = 4;

  /** Of a database file: three of 4 KiB, which come first. */
  private static final int HEADERS_BYTES = 3 << 12;

  private final Path directory;
  private final Duck duck;
  private final long sliceMillis;
  private final long maxBytes;
  private final long retentionMillis;
  private final ReentrantReadWriteLock attached = new ReentrantReadWriteLock();
  private final TreeSet<SliceFile> slices = new TreeSet<>();
  private volatile List<SliceFile> list = List.of();

  /** The slices whose dictionaries are in memory, the one written last at the end. */
  private final ArrayDeque<SliceFile> written = new ArrayDeque<>();

  private final List<String> setAside = new ArrayList<>();
  private volatile long dropped;

  Slices(Path directory, Duck duck, long sliceMillis, long maxBytes, long retentionMillis) {
    this.directory = directory;
    this.duck = duck;
    this.sliceMillis = sliceMillis;
    this.maxBytes = maxBytes;
    this.retentionMillis = retentionMillis;
  }

  /** Attaches what is there. A file that cannot be read is set aside; the others serve. */
  void open() throws IOException, SQLException {
    for (String ddl : Schema.create("memory.main")) {
      duck.execute(ddl);
    }
    List<SliceFile> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory, "slice-*.duckdb")) {
      for (Path file : files) {
        SliceFile slice = SliceFile.of(file);
        if (slice != null) {
          found.add(slice);
        }
      }
    }
    for (SliceFile slice : found) {
      try {
        attach(slice);
      } catch (SQLException e) {
        setAside(slice, e);
      }
    }
  }

  /** Oldest first. */
  List<SliceFile> list() {
    return list;
  }

  /** To be held while a query uses the slices of {@link #list}. */
  ReentrantReadWriteLock.ReadLock reading() {
    return attached.readLock();
  }

  /** The slice that takes what was received at this time; made when there is none. */
  SliceFile at(long receiveMillis) throws SQLException {
    long start = Math.floorDiv(Math.max(0, receiveMillis), sliceMillis) * sliceMillis;
    SliceFile newest = slices.floor(SliceFile.in(directory, start, Integer.MAX_VALUE));
    SliceFile slice =
        newest != null && newest.startMillis() == start
            ? newest
            : add(SliceFile.in(directory, start, 0));
    remember(slice);
    return slice;
  }

  private SliceFile add(SliceFile slice) throws SQLException {
    removeUnfinished(slice);
    attach(slice);
    return slice;
  }

  private void attach(SliceFile slice) throws SQLException {
    duck.execute("ATTACH '" + slice.path().toString().replace("'", "''") + "' AS " + slice.alias());
    try {
      prepare(slice);
    } catch (SQLException e) {
      detach(slice);
      throw e;
    }
    slices.add(slice);
    list = List.copyOf(slices);
  }

  /** One that was being made when the disk was full holds nothing, and is no database either. */
  private static void removeUnfinished(SliceFile slice) throws SQLException {
    try {
      Path file = slice.path();
      if (Files.exists(file)
          && Files.size(file) < HEADERS_BYTES
          && !Files.exists(slice.walPath())) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new SQLException(slice + " cannot be removed: " + e.getMessage(), e);
    }
  }

  private void prepare(SliceFile slice) throws SQLException {
    try (Statement statement = duck.writer().createStatement()) {
      boolean empty;
      try (ResultSet tables =
          statement.executeQuery(
              "SELECT count(*) FROM duckdb_tables() WHERE database_name = '"
                  + slice.alias()
                  + "'")) {
        tables.next();
        empty = tables.getInt(1) == 0;
      }
      if (empty) {
        statement.execute("BEGIN");
        for (String ddl : Schema.create(slice.alias())) {
          statement.execute(ddl);
        }
        statement.execute(
            "CREATE TABLE " + slice.alias() + ".meta AS SELECT " + Schema.VERSION + " AS version");
        statement.execute("COMMIT");
        return;
      }
      try (ResultSet meta =
          statement.executeQuery("SELECT version FROM " + slice.alias() + ".meta")) {
        if (!meta.next() || meta.getInt(1) != Schema.VERSION) {
          throw new SQLException("written by another version of the collector");
        }
      }
      // whether they can be read; what is in them is asked for when the slice is written to
      statement.execute("SELECT count(DISTINCT id) FROM " + slice.alias() + "." + Schema.SERIES);
      statement.execute("SELECT count(DISTINCT id) FROM " + slice.alias() + "." + Schema.RESOURCES);
    }
  }

  /**
   * Knows the slice's dictionaries from now on, and forgets those of the one written longest ago.
   */
  private void remember(SliceFile slice) throws SQLException {
    if (slice.equals(written.peekLast())) {
      return;
    }
    if (!written.remove(slice)) {
      try (Statement statement = duck.writer().createStatement()) {
        load(statement, slice.alias() + "." + Schema.SERIES, slice.series());
        load(statement, slice.alias() + "." + Schema.RESOURCES, slice.resources());
      }
    }
    written.addLast(slice);
    if (written.size() > MAX_WRITTEN) {
      forget(written.removeFirst());
    }
  }

  private static void forget(SliceFile slice) {
    slice.series().clear();
    slice.resources().clear();
  }

  private static void load(Statement statement, String table, IdSet into) throws SQLException {
    try (ResultSet ids =
        statement.executeQuery("SELECT DISTINCT id FROM " + table + " LIMIT " + IdSet.MAX)) {
      while (ids.next()) {
        into.add(ids.getLong(1));
      }
    }
    into.commit();
  }

  private void detach(SliceFile slice) {
    try {
      duck.execute("DETACH " + slice.alias());
    } catch (SQLException e) {
      log.debug("store: {} was not attached", slice, e);
    }
  }

  private void setAside(SliceFile slice, Exception why) throws IOException {
    Path aside = Files.createDirectories(directory.resolve("corrupt"));
    for (Path file : List.of(slice.path(), slice.walPath())) {
      if (Files.exists(file)) {
        Files.move(file, aside.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    synchronized (setAside) {
      setAside.add(slice.path().getFileName().toString());
    }
    log.error(
        "store: {} cannot be read and was moved to {}; its data is not shown, the rest is: {}",
        slice.path().getFileName(),
        aside,
        why.getMessage());
  }

  /**
   * Drops what is older than the retention or beyond the size, and starts a new file when the
   * current one is large.
   */
  void maintain(long nowMillis) throws SQLException, IOException {
    while (!slices.isEmpty()
        && slices.first().startMillis() + sliceMillis + retentionMillis < nowMillis) {
      drop(slices.first());
    }
    if (slices.isEmpty()) {
      return;
    }
    SliceFile current =
        written.peekLast(); // not the last one where the clock was ahead for a while
    if (current != null && current.bytes() > maxBytes / SLICES_PER_STORE) {
      add(SliceFile.in(directory, current.startMillis(), current.number() + 1));
    }
    while (slices.size() > 1 && bytes() > maxBytes) {
      drop(slices.first());
    }
    for (SliceFile slice : slices) {
      if (slice != slices.last() && Files.exists(slice.walPath())) {
        duck.execute("CHECKPOINT " + slice.alias());
      }
    }
  }

  private void drop(SliceFile slice) throws SQLException, IOException {
    attached.writeLock().lock();
    try {
      duck.execute("DETACH " + slice.alias());
      slices.remove(slice);
      written.remove(slice);
      list = List.copyOf(slices);
    } finally {
      attached.writeLock().unlock();
    }
    Files.deleteIfExists(slice.path());
    Files.deleteIfExists(slice.walPath());
    dropped++;
    log.info("store: {} dropped, it was the oldest", slice);
  }

  /** Bytes of all slices on disk. */
  long bytes() {
    return list.stream().mapToLong(SliceFile::bytes).sum();
  }

  /** How many slices were dropped by age or size since the start. */
  long dropped() {
    return dropped;
  }

  /** Files that could not be read since the start. */
  Collection<String> setAside() {
    synchronized (setAside) {
      return List.copyOf(setAside);
    }
  }
}
