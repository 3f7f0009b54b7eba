package io.vigia.collector.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One attached file: what was received from {@code startMillis} on. When a slice grows too large
 * before its time is over, one with the next {@code number} continues it.
 */
final class SliceFile implements Comparable<SliceFile> {
  private static final Pattern NAME = Pattern.compile("slice-(\\d{13})-(\\d{1,6})\\.duckdb");

  private final Path path;
  private final long startMillis;
  private final int number;
  private final IdSet series = new IdSet();
  private final IdSet resources = new IdSet();

  private SliceFile(Path path, long startMillis, int number) {
    this.path = path;
    this.startMillis = startMillis;
    this.number = number;
  }

  static SliceFile in(Path directory, long startMillis, int number) {
    String name = "slice-%013d-%d.duckdb".formatted(startMillis, number);
    return new SliceFile(directory.resolve(name), startMillis, number);
  }

  /** The slice of a file name, or null when it is another file. */
  static @Nullable SliceFile of(Path path) {
    Matcher name = NAME.matcher(path.getFileName().toString());
    return name.matches()
        ? new SliceFile(path, Long.parseLong(name.group(1)), Integer.parseInt(name.group(2)))
        : null;
  }

  Path path() {
    return path;
  }

  Path walPath() {
    return path.resolveSibling(path.getFileName() + ".wal");
  }

  long startMillis() {
    return startMillis;
  }

  int number() {
    return number;
  }

  /** Its name as a DuckDB catalog. */
  String alias() {
    return "s" + startMillis + "_" + number;
  }

  /**
   * The series it has dictionary entries for, while it is written to. Writer's thread only, like
   * {@link #resources}.
   */
  IdSet series() {
    return series;
  }

  IdSet resources() {
    return resources;
  }

  /** Bytes on disk, write-ahead log included. */
  long bytes() {
    return size(path) + size(walPath());
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // not there (yet)
    }
  }

  @Override
  public int compareTo(SliceFile other) {
    int byTime = Long.compare(startMillis, other.startMillis);
    return byTime != 0 ? byTime : Integer.compare(number, other.number);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SliceFile slice && slice.path.equals(path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public String toString() {
    return path.getFileName().toString();
  }
}
