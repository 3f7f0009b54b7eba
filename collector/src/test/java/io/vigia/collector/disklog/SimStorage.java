package io.vigia.collector.disklog;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that fails on command: short writes, a full file system, fsync that fails and
 * loses its pages, and a power cut after which only what was synced is sure to be there.
 */
public final class SimStorage implements Storage {
  private static final int PAGE_BYTES = 128;

  private final Random random;
  private final TreeMap<Path, Inode> names = new TreeMap<>();
  private final Map<Path, TreeMap<Path, Inode>> durableNames = new HashMap<>();
  private final Set<Path> directories = new HashSet<>();
  private final Set<Path> durableDirectories = new HashSet<>();
  private final Set<Path> locks = new HashSet<>();
  private long generation;

  public boolean shortWrites;
  public boolean readOnly;
  public int failingSyncs;

  /** Runs before each fsync of a file, which takes as long as it takes. */
  public volatile Runnable beforeSync = () -> {};

  /** What the system says when it is full. */
  public String noSpace = "No space left on device";

  /** Files whose writes fail. */
  public volatile Predicate<Path> brokenWrites = file -> false;

  /** Files whose reads fail. */
  public volatile Predicate<Path> brokenReads = file -> false;

  /** Files that are open now. */
  public int openFiles;

  /** Whether what a failed fsync gave up may reach the disk all the same. */
  public boolean keepPagesOfFailedSync;

  /** Nothing works any more, as for a process that has died. */
  public boolean dead;

  /** After so many changes the process dies in the middle of whatever it is doing; -1 = never. */
  public int changesUntilDeath = -1;

  public long capacityBytes = Long.MAX_VALUE;
  public int syncs;
  public long readBytes;

  /** A file's bytes now, and as they were when last synced. */
  private static final class Inode {
    byte[] bytes = new byte[0];
    byte[] durable = new byte[0];
    final Set<Integer> dirtyPages = new HashSet<>();
  }

  public SimStorage(long seed) {
    random = new Random(seed);
  }

  public synchronized long usedBytes() {
    return names.values().stream().mapToLong(inode -> inode.bytes.length).sum();
  }

  @Override
  public synchronized StorageFile create(Path file) throws IOException {
    countChange();
    if (names.containsKey(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    if (readOnly) {
      throw new IOException("Read-only file system");
    }
    if (usedBytes() >= capacityBytes) {
      throw new IOException(noSpace);
    }
    Inode inode = new Inode();
    names.put(file, inode);
    return new SimFile(file, inode);
  }

  @Override
  public synchronized StorageFile open(Path file) throws IOException {
    return new SimFile(file, inode(file));
  }

  @Override
  public synchronized StorageFile openForReading(Path file) throws IOException {
    return new SimFile(file, inode(file));
  }

  private Inode inode(Path file) throws IOException {
    Inode inode = names.get(file);
    if (inode == null) {
      throw new NoSuchFileException(file.toString());
    }
    return inode;
  }

  @Override
  public synchronized boolean exists(Path path) {
    return names.containsKey(path) || directories.contains(path);
  }

  @Override
  public synchronized List<Path> list(Path directory) {
    return names.keySet().stream().filter(path -> directory.equals(path.getParent())).toList();
  }

  @Override
  public synchronized boolean isDirectory(Path path) {
    return path.getParent() == null || directories.contains(path);
  }

  @Override
  public synchronized void createDirectory(Path directory) {
    directories.add(directory);
  }

  @Override
  public synchronized void move(Path from, Path to) throws IOException {
    countChange();
    names.put(to, inode(from));
    names.remove(from);
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    countChange();
    names.remove(file);
  }

  @Override
  public synchronized void syncDirectory(Path directory) throws IOException {
    failSync();
    TreeMap<Path, Inode> entries = new TreeMap<>();
    names.forEach(
        (path, inode) -> {
          if (directory.equals(path.getParent())) {
            entries.put(path, inode);
          }
        });
    durableNames.put(directory, entries);
    for (Path path : directories) {
      if (directory.equals(path.getParent())) {
        durableDirectories.add(path);
      }
    }
  }

  private void countChange() throws IOException {
    if (!dead && changesUntilDeath >= 0 && changesUntilDeath-- == 0) {
      dead = true;
    }
    if (dead) {
      throw new IOException("the process is dead");
    }
  }

  private void failSync() throws IOException {
    countChange();
    syncs++;
    if (failingSyncs > 0) {
      failingSyncs--;
      throw new IOException("Input/output error (simulated fsync)");
    }
  }

  @Override
  public synchronized long usableBytes(Path directory) {
    return Math.max(0, capacityBytes - usedBytes());
  }

  @Override
  public synchronized @Nullable Closeable tryLock(Path file) {
    long mine = generation;
    if (!locks.add(file)) {
      return null;
    }
    return () -> {
      synchronized (SimStorage.this) {
        if (mine == generation) {
          locks.remove(file);
        }
      }
    };
  }

  /** The process dies; what it wrote stays in the operating system's memory. */
  public synchronized void kill() {
    locks.clear();
    generation++;
    dead = false;
    changesUntilDeath = -1;
  }

  /** The machine dies: of what was not synced, any part may be there, in any combination. */
  public synchronized void powerCut() {
    kill();
    Set<Path> parents = new HashSet<>(durableNames.keySet());
    names.keySet().forEach(path -> parents.add(Objects.requireNonNull(path.getParent())));
    TreeMap<Path, Inode> survived = new TreeMap<>();
    for (Path parent : parents) {
      Map<Path, Inode> durable = durableNames.getOrDefault(parent, new TreeMap<>());
      Set<Path> candidates = new HashSet<>(durable.keySet());
      candidates.addAll(list(parent));
      for (Path path : candidates) {
        Inode before = durable.get(path);
        Inode now = names.get(path);
        Inode kept = before == now || random.nextBoolean() ? now : before;
        if (kept != null) {
          survived.put(path, kept);
        }
      }
    }
    loseDirectories(survived);
    survived.values().forEach(this::loseUnsynced);
    names.clear();
    names.putAll(survived);
    durableNames.clear();
    survived.forEach(
        (path, inode) ->
            durableNames
                .computeIfAbsent(Objects.requireNonNull(path.getParent()), key -> new TreeMap<>())
                .put(path, inode));
  }

  /** A directory whose name was not synced may be gone, and with it whatever was synced inside. */
  private void loseDirectories(Map<Path, Inode> survived) {
    List<Path> lost =
        directories.stream()
            .filter(path -> !durableDirectories.contains(path) && random.nextBoolean())
            .toList();
    for (Path directory : lost) {
      directories.removeIf(path -> path.startsWith(directory));
      survived.keySet().removeIf(path -> path.startsWith(directory));
    }
    durableDirectories.clear();
    durableDirectories.addAll(directories);
  }

  private void loseUnsynced(Inode inode) {
    int size = inode.durable.length;
    if (inode.bytes.length != size && random.nextBoolean()) {
      size = inode.bytes.length;
    }
    byte[] after = Arrays.copyOf(inode.durable, size);
    for (int page : inode.dirtyPages) {
      int from = page * PAGE_BYTES;
      int length = Math.min(PAGE_BYTES, Math.min(size, inode.bytes.length) - from);
      if (length > 0 && random.nextBoolean()) {
        System.arraycopy(inode.bytes, from, after, from, length);
      }
    }
    inode.bytes = after;
    inode.durable = after.clone();
    inode.dirtyPages.clear();
  }

  // ---- what tests do to files behind the log's back

  public synchronized List<Path> files(String suffix) {
    return names.keySet().stream().filter(path -> path.toString().endsWith(suffix)).toList();
  }

  public synchronized byte[] bytes(Path file) {
    return Objects.requireNonNull(names.get(file), file.toString()).bytes.clone();
  }

  /** What is sure to be there after a power cut, given that the file's name is. */
  public synchronized byte[] durableBytes(Path file) {
    return Objects.requireNonNull(names.get(file), file.toString()).durable.clone();
  }

  public synchronized void overwrite(Path file, byte[] bytes) {
    Inode inode = names.computeIfAbsent(file, key -> new Inode());
    inode.bytes = bytes.clone();
    inode.durable = bytes.clone();
    inode.dirtyPages.clear();
  }

  public synchronized void flip(Path file, int at) {
    byte[] bytes = bytes(file);
    bytes[at] ^= 0x10;
    overwrite(file, bytes);
  }

  public synchronized void removeDurably(Path file) {
    names.remove(file);
    durableNames.values().forEach(entries -> entries.remove(file));
  }

  private final class SimFile implements StorageFile {
    private final Path file;
    private final Inode inode;
    private final long opened = generation;
    private boolean closed;

    SimFile(Path file, Inode inode) {
      this.file = file;
      this.inode = inode;
      openFiles++;
    }

    private void check() throws IOException {
      if (dead || closed || opened != generation) {
        throw new FileNotFoundException("the file is closed, or its process is dead");
      }
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
      synchronized (SimStorage.this) {
        check();
        countChange();
        if (readOnly) {
          throw new IOException("Read-only file system");
        }
        if (brokenWrites.test(file)) {
          throw new IOException("Input/output error (simulated write)");
        }
        int length = from.remaining();
        if (shortWrites && length > 1) {
          length = 1 + random.nextInt(length - 1);
        }
        int end = (int) position + length;
        long growth = Math.max(0, end - inode.bytes.length);
        if (growth > 0 && usedBytes() + growth > capacityBytes) {
          length -= (int) Math.min(length, usedBytes() + growth - capacityBytes);
          if (length <= 0) {
            throw new IOException(noSpace);
          }
          end = (int) position + length;
        }
        if (end > inode.bytes.length) {
          inode.bytes = Arrays.copyOf(inode.bytes, end);
        }
        from.get(inode.bytes, (int) position, length);
        for (int page = (int) position / PAGE_BYTES; page <= (end - 1) / PAGE_BYTES; page++) {
          inode.dirtyPages.add(page);
        }
        return length;
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      synchronized (SimStorage.this) {
        check();
        if (brokenReads.test(file)) {
          throw new IOException("Input/output error (simulated read)");
        }
        int length = Math.min(into.remaining(), inode.bytes.length - (int) position);
        if (length <= 0) {
          return into.hasRemaining() ? -1 : 0;
        }
        into.put(inode.bytes, (int) position, length);
        readBytes += length;
        return length;
      }
    }

    @Override
    public void sync() throws IOException {
      beforeSync.run();
      synchronized (SimStorage.this) {
        check();
        try {
          failSync();
        } catch (IOException e) {
          if (dead || keepPagesOfFailedSync) {
            throw e;
          }
          inode.dirtyPages.clear(); // Linux marks them clean: a second fsync would "succeed"
          throw e;
        }
        // pages a failed fsync gave up stay as they were on the disk
        byte[] durable = Arrays.copyOf(inode.durable, inode.bytes.length);
        for (int page : inode.dirtyPages) {
          int from = page * PAGE_BYTES;
          int length = Math.min(PAGE_BYTES, inode.bytes.length - from);
          if (length > 0) {
            System.arraycopy(inode.bytes, from, durable, from, length);
          }
        }
        inode.durable = durable;
        inode.dirtyPages.clear();
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      synchronized (SimStorage.this) {
        check();
        countChange();
        if (size < inode.bytes.length) {
          inode.bytes = Arrays.copyOf(inode.bytes, (int) size);
        }
      }
    }

    @Override
    public long size() throws IOException {
      synchronized (SimStorage.this) {
        check();
        return inode.bytes.length;
      }
    }

    @Override
    public void close() {
      synchronized (SimStorage.this) {
        openFiles -= closed ? 0 : 1;
        closed = true;
      }
    }
  }
}
