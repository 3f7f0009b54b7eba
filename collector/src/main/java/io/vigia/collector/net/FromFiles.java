package io.vigia.collector.net;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A value made from small files, and made again when they change: certificates and secrets are
 * rotated under a running process. Files are compared by content, because a mounted Kubernetes
 * secret changes by its links. Thread-safe; reads its files on the caller's thread, at most once in
 * the interval.
 */
public final class FromFiles<T> {
  private static final Logger log = LoggerFactory.getLogger(FromFiles.class);

  /** Makes the value. */
  public interface Maker<T> {
    /**
     * @param contents of the files, in their order
     * @throws IOException when they do not make sense; says why and what to do in one line
     */
    T make(List<byte[]> contents) throws IOException;
  }

  private final String name;
  private final List<Path> files;
  private final long intervalNanos;
  private final Maker<T> maker;
  private final AtomicLong checkedNanos = new AtomicLong();
  private List<byte[]> contents = List.of();
  private volatile @Nullable T value;
  private boolean failing;

  /**
   * @param name for the log
   */
  public FromFiles(String name, List<Path> files, long intervalMillis, Maker<T> maker) {
    this.name = name;
    this.files = List.copyOf(files);
    this.intervalNanos = TimeUnit.MILLISECONDS.toNanos(intervalMillis);
    this.maker = maker;
  }

  /**
   * Reads the files for the first time.
   *
   * @throws IOException names the file and the remedy in one line
   */
  public synchronized void load() throws IOException {
    List<byte[]> read = read();
    value = maker.make(read);
    contents = read;
    checkedNanos.set(System.nanoTime());
  }

  /**
   * As {@link #get}; reads the files first when that has not worked yet.
   *
   * @throws IOException as {@link #load}
   */
  public T current() throws IOException {
    if (value == null) {
      load();
    }
    return get();
  }

  /** The value of the files as they are, or as they last made sense. Only after {@link #load}. */
  public T get() {
    if (due()) {
      refresh();
    }
    return loaded();
  }

  /** As {@link #get}, but reads on a thread of {@code reader}: calls to come see what changed. */
  public T latest(Executor reader) {
    if (due()) {
      reader.execute(this::refresh);
    }
    return loaded();
  }

  private boolean due() {
    long checked = checkedNanos.get();
    long now = System.nanoTime();
    return now - checked >= intervalNanos && checkedNanos.compareAndSet(checked, now);
  }

  private T loaded() {
    T current = value;
    if (current == null) {
      throw new IllegalStateException(name + " was not loaded");
    }
    return current;
  }

  private synchronized void refresh() {
    try {
      List<byte[]> read = read();
      if (same(read)) {
        failing = false;
        return;
      }
      value = maker.make(read);
      contents = read;
      failing = false;
      log.info("{}: files changed, read again", name);
    } catch (IOException e) {
      if (!failing) {
        log.warn("{}: {}; going on with what was read before", name, e.getMessage());
      }
      failing = true;
    }
  }

  private boolean same(List<byte[]> read) {
    for (int i = 0; i < read.size(); i++) {
      if (!Arrays.equals(read.get(i), contents.get(i))) {
        return false;
      }
    }
    return true;
  }

  private List<byte[]> read() throws IOException {
    List<byte[]> read = new ArrayList<>(files.size());
    for (Path file : files) {
      try {
        read.add(Files.readAllBytes(file));
      } catch (IOException e) {
        throw new IOException(
            "the file "
                + file
                + " cannot be read ("
                + e.getClass().getSimpleName()
                + "); check path and owner",
            e);
      }
    }
    return read;
  }
}
