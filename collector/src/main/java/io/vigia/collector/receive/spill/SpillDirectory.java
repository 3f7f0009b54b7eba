package io.vigia.collector.receive.spill;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory that the agents of one user share, as {@code agent/docs/spill.md} draws it. Files
 * of a process that is gone are given out oldest first while its lock is held, so neither an agent
 * nor another collector takes them at the same time. Not thread-safe.
 */
final class SpillDirectory {
  /** Where files go that nobody can read; agents pass it over, because it has no lock. */
  static final String ASIDE = "aside";

  /** An agent's payloads are about 1 MiB at most. */
  static final long MAX_FILE_BYTES = 16L << 20;

  private static final long MAX_ASIDE_BYTES = 64L << 20;
  private static final String LOCK = "lock";
  private static final Pattern PROCESS = Pattern.compile("(\\d{1,19})-[0-9a-f]{1,16}");
  private static final Pattern PAYLOAD = Pattern.compile("([a-z][a-z0-9]*)-(\\d{10,19})");
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.GROUP_EXECUTE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE,
          PosixFilePermission.OTHERS_EXECUTE);

  /** What becomes of a file. */
  enum Verdict {
    /** It is safe elsewhere: delete it. */
    TAKEN,
    /** Nobody can ever use it: keep it aside. */
    DAMAGED,
    /** Not now: leave it and stop. */
    LATER
  }

  /** Takes the payloads. */
  interface Reader {
    Verdict read(String stream, byte[] payload);

    /** A file was set aside, or thrown away because there is no more room for such files. */
    void aside(Path file, String reason);
  }

  private final Path root;
  private final long quietMillis;

  /**
   * @param quietMillis a process's directory that changed more recently is left alone: its agent
   *     may be about to lock it
   */
  SpillDirectory(Path root, long quietMillis) {
    this.root = root;
    this.quietMillis = quietMillis;
  }

  /**
   * Reads everything that processes left which are gone.
   *
   * @return whether all of it was taken or set aside
   * @throws IOException when the directory is there and must not or cannot be read, or one of a
   *     process cannot; those of the others were
   */
  boolean drain(Reader reader) throws IOException {
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return true; // no agent of this user ever had to spill
    }
    requirePrivate();
    IOException unreadable = null;
    for (Path process : processes()) {
      try {
        if (!drain(process, reader)) {
          return false;
        }
      } catch (IOException e) { // those of younger processes are no worse for it
        unreadable = unreadable == null ? e : unreadable;
      }
    }
    if (unreadable != null) {
      throw unreadable;
    }
    return true;
  }

  private void requirePrivate() throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(root + " is not a directory");
    }
    Set<PosixFilePermission> granted =
        Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS);
    if (granted.stream().anyMatch(OTHERS::contains)) {
      throw new IOException(root + " is open to other users; chmod 700 it if it is an agent's");
    }
  }

  /** By start time. Whatever is no process's directory is left alone. */
  private List<Path> processes() throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
      for (Path entry : entries) {
        if (PROCESS.matcher(name(entry)).matches()
            && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
          found.add(entry);
        }
      }
    }
    found.sort(Comparator.comparingLong(entry -> number(PROCESS, entry, 1)));
    return found;
  }

  private boolean drain(Path process, Reader reader) throws IOException {
    if (isYoung(process)) {
      return true;
    }
    try (FileChannel channel =
            FileChannel.open(
                process.resolve(LOCK), StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        FileLock lock = channel.tryLock()) {
      if (lock == null) {
        return true;
      }
      for (Path file : payloads(process)) {
        if (!drainFile(file, reader)) {
          return false;
        }
      }
      Files.deleteIfExists(process.resolve(LOCK));
      Files.deleteIfExists(process);
      return true;
    } catch (OverlappingFileLockException | NoSuchFileException e) {
      return true; // an agent was faster
    }
  }

  private boolean isYoung(Path process) throws IOException {
    try {
      long age =
          System.currentTimeMillis()
              - Files.getLastModifiedTime(process, LinkOption.NOFOLLOW_LINKS).toMillis();
      return age >= 0 && age < quietMillis;
    } catch (NoSuchFileException e) {
      return true; // an agent was faster
    }
  }

  /** In the order in which the process wrote them; what is not a payload is last. */
  private static List<Path> payloads(Path process) throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(process)) {
      for (Path entry : entries) {
        if (!name(entry).equals(LOCK)) {
          files.add(entry);
        }
      }
    }
    files.sort(
        Comparator.comparingLong((Path file) -> number(PAYLOAD, file, 2))
            .thenComparing(SpillDirectory::name));
    return files;
  }

  private boolean drainFile(Path file, Reader reader) throws IOException {
    Matcher name = PAYLOAD.matcher(name(file));
    if (name(file).endsWith(".part") && isFile(file)) {
      Files.delete(file); // the process died while it wrote
    } else if (!name.matches() || !isFile(file)) {
      aside(file, "foreign", reader);
    } else if (Files.size(file) > MAX_FILE_BYTES) {
      aside(file, "size", reader);
    } else {
      switch (reader.read(name.group(1), Files.readAllBytes(file))) {
        case TAKEN -> Files.delete(file);
        case DAMAGED -> aside(file, "damaged", reader);
        case LATER -> {
          return false;
        }
      }
    }
    return true;
  }

  private void aside(Path file, String reason, Reader reader) throws IOException {
    Path directory = Files.createDirectories(root.resolve(ASIDE));
    Path process = file.getParent();
    boolean room = bytesIn(directory) + (isFile(file) ? Files.size(file) : 0) <= MAX_ASIDE_BYTES;
    if (room || !isFile(file)) {
      Files.move(
          file,
          directory.resolve((process == null ? "" : name(process)) + "-" + name(file)),
          StandardCopyOption.ATOMIC_MOVE);
      reader.aside(file, reason);
    } else {
      Files.delete(file);
      reader.aside(file, reason + "_thrown_away");
    }
  }

  private static long bytesIn(Path directory) throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        bytes += isFile(entry) ? Files.size(entry) : 0;
      }
    }
    return bytes;
  }

  private static boolean isFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }

  private static long number(Pattern pattern, Path path, int group) {
    Matcher matcher = pattern.matcher(name(path));
    return matcher.matches() ? Long.parseLong(matcher.group(group)) : Long.MAX_VALUE;
  }
}
