package io.vigia.collector.receive.containers;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How far the files of one series were delivered, each of the two streams for itself: one of them
 * may wait for the rest of a line while the other goes on. Not thread-safe.
 */
final class Progress {
  /**
   * More are remembered only while they are there: the kubelet keeps five files of a container, or
   * as many as it is told to.
   */
  private static final int MAX_FILES = 32;

  private final List<File> files = new ArrayList<>();
  private long seenMillis;
  private boolean changed;

  /**
   * One file.
   *
   * @param headLength how many of its first bytes are known
   * @param headHash their hash
   * @param stdout lines of stdout that begin before it were delivered
   * @param stderr the same of stderr
   * @param complete whether it was read to its end, and nobody writes to it any more
   */
  record File(int headLength, long headHash, long stdout, long stderr, boolean complete) {
    boolean is(LogFile file) {
      return file.head().length >= headLength && hash(file.head(), headLength) == headHash;
    }

    long least() {
      return Math.min(stdout, stderr);
    }

    long of(boolean ofStderr) {
      return ofStderr ? stderr : stdout;
    }
  }

  List<File> files() {
    return files;
  }

  /** When the series was last seen on disk. */
  long seenMillis() {
    return seenMillis;
  }

  void seen(long nowMillis) {
    seenMillis = nowMillis;
  }

  @Nullable File of(LogFile file) {
    for (File each : files) {
      if (each.is(file)) {
        return each;
      }
    }
    return null;
  }

  /** Whether there is nothing to read in it. */
  boolean isDone(LogFile file) {
    if (file.head().length == 0) {
      return true; // nothing in it: a compressed one has bytes all the same
    }
    File known = of(file);
    if (known == null) {
      return false;
    }
    return file.isGzip() ? known.complete : known.least() >= file.size();
  }

  /** The two offsets of a file, and whether it is at its end, from now on. */
  void delivered(LogFile file, long stdout, long stderr, boolean complete) {
    if (file.head().length == 0 || stdout == 0 && stderr == 0 && !complete) {
      return;
    }
    File old = of(file);
    File now =
        new File(
            file.head().length,
            hash(file.head(), file.head().length),
            old == null ? stdout : Math.max(old.stdout, stdout),
            old == null ? stderr : Math.max(old.stderr, stderr),
            complete || old != null && old.complete);
    if (!now.equals(old)) {
      files.remove(old);
      add(now);
      changed = true;
    }
  }

  boolean isChanged() {
    return changed;
  }

  void saved() {
    changed = false;
  }

  /** The newest is last. */
  void add(File file) {
    files.add(file);
  }

  /**
   * Forgets the oldest that are gone when there are too many: one that is there would be read
   * again.
   */
  void keep(List<LogFile> present) {
    for (int i = 0; i < files.size() && files.size() > MAX_FILES; ) {
      if (present.stream().anyMatch(files.get(i)::is)) {
        i++;
      } else {
        files.remove(i);
      }
    }
  }

  /** FNV-1a, 64 bits. */
  private static long hash(byte[] bytes, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }
}
