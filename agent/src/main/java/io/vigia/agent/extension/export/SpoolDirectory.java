package io.vigia.agent.extension.export;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A directory shared by all agents of one user on this machine:
 *
 * <pre>
 *   root/                    0700
 *     1764999000123-9f3c…/   one per process: start time and a random number
 *       lock                 held (FileLock) as long as the process lives
 *       traces-0000000001    one payload per file, as it is sent: an OTLP protobuf message, or the
 *       forward-0000000002   entries of a PackedForward chunk; renamed into place when complete
 * </pre>
 *
 * <p>A directory whose lock can be taken belongs to nobody; its files are moved to one's own. The
 * process's directory is made with the first payload, so a healthy process writes nothing. Files
 * are not fsynced: they survive the process, not the machine. Not thread-safe but for {@link
 * #offer}; {@link Spool} is.
 */
public final class SpoolDirectory {

  private static final String LOCK = "lock";
  private static final Path SELF = Paths.get("/proc/self");

  private final Path root;
  private final Path own;
  private @Nullable FileChannel lock;
  private long sequence;

  /** Nothing is written before the first {@link #write}. */
  public SpoolDirectory(Path root, String instance) {
    this.root = root;
    this.own = root.resolve(instance);
  }

  String write(String stream, byte[] payload) throws IOException {
    open();
    String name = name(stream);
    Path part = own.resolve(name + ".part");
    try {
      Files.write(part, payload, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      Files.move(part, own.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      Files.deleteIfExists(part);
      throw e;
    }
    return name;
  }

  byte[] read(String file) throws IOException {
    return Files.readAllBytes(own.resolve(file));
  }

  void delete(String file) {
    try {
      Files.deleteIfExists(own.resolve(file));
    } catch (IOException e) {
      // it is sent again by whoever finds it: better twice than never
    }
  }

  /** Takes files over, or leaves them. */
  interface Taker {
    /** Whether it was taken. */
    boolean take(Path file, String stream, long size) throws IOException;
  }

  /** Whether there may be something of others. */
  boolean exists() {
    return Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * Shows the files of processes that are gone, oldest first. Needs no lock of the caller's, but
   * {@link #take} does.
   */
  void offer(Taker taker) {
    if (!exists()) {
      return;
    }
    try {
      requirePrivate();
      for (Path other : byStart(list(root))) {
        if (!other.equals(own)) {
          offerIfGone(other, taker);
        }
      }
    } catch (IOException e) {
      // no right to read it, or it vanished: nothing to take over
    }
  }

  /** One that cannot be taken over is in nobody's way. */
  private static void offerIfGone(Path other, Taker taker) {
    try (FileChannel channel = FileChannel.open(other.resolve(LOCK), StandardOpenOption.WRITE);
        FileLock held = channel.tryLock()) {
      if (held != null && offerAll(other, taker)) {
        Files.deleteIfExists(other.resolve(LOCK));
        Files.deleteIfExists(other);
      }
    } catch (OverlappingFileLockException | IOException e) {
      // held by this very process, no right to read it, or its process is just beginning
    }
  }

  /** Whether nothing is left. */
  private static boolean offerAll(Path other, Taker taker) throws IOException {
    boolean all = true;
    for (Path file : list(other)) {
      String name = file.getFileName().toString();
      int dash = name.lastIndexOf('-');
      if (name.endsWith(".part")) {
        Files.deleteIfExists(file);
      } else if (dash > 0) {
        all &= taker.take(file, name.substring(0, dash), Files.size(file));
      }
    }
    return all;
  }

  /** Moves an offered file here; gives its name. */
  String take(Path file, String stream) throws IOException {
    open();
    String mine = name(stream);
    Files.move(file, own.resolve(mine), StandardCopyOption.ATOMIC_MOVE);
    return mine;
  }

  /** Leaves what is there to the next process; removes the directory when nothing is. */
  void close() {
    FileChannel channel = lock;
    lock = null;
    if (channel == null) {
      return;
    }
    try {
      if (list(own).size() == 1) {
        Files.deleteIfExists(own.resolve(LOCK));
        Files.deleteIfExists(own);
      }
      channel.close();
    } catch (IOException e) {
      // the lock ends with the process
    }
  }

  private void open() throws IOException {
    if (lock != null && Files.exists(own.resolve(LOCK))) {
      return;
    }
    if (lock != null) { // removed by whoever cleans the temporary directory of what is old
      lock.close();
      lock = null;
    }
    Path above = root.toAbsolutePath().getParent();
    if (above != null && !Files.isDirectory(above)) {
      Files.createDirectories(above);
    }
    try {
      Files.createDirectory(root, ownerOnly());
    } catch (FileAlreadyExistsException e) {
      requirePrivate();
    }
    Files.createDirectories(own, ownerOnly());
    FileChannel channel =
        FileChannel.open(own.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    // between making and locking it, another process may take it for one that was left
    if (channel.tryLock() == null || !Files.exists(own.resolve(LOCK))) {
      channel.close();
      throw new IOException(own + " was adopted by another process");
    }
    lock = channel;
  }

  /** In a shared temporary directory somebody else may have made the name first. */
  private void requirePrivate() throws IOException {
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(root + " is not a directory");
    }
    if (isPosix()
        && !PosixFilePermissions.toString(
                Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS))
            .endsWith("------")) {
      throw new IOException(root + " is open to other users");
    }
    // root may write everywhere
    if (!Files.isWritable(root) || !isOurs(root)) {
      throw new IOException(root + " belongs to somebody else");
    }
  }

  /** Where it can be told: proc(5) says that this directory belongs to the process's user. */
  private static boolean isOurs(Path directory) throws IOException {
    return !Files.isDirectory(SELF)
        || Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(SELF));
  }

  private static FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
        }
        : new FileAttribute<?>[0];
  }

  private static boolean isPosix() {
    return File.separatorChar == '/';
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> names = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(names::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    // by sequence number, whatever the stream
    Collections.sort(
        names,
        (a, b) -> {
          String left = a.getFileName().toString();
          String right = b.getFileName().toString();
          int order =
              left.substring(left.lastIndexOf('-') + 1)
                  .compareTo(right.substring(right.lastIndexOf('-') + 1));
          return order != 0 ? order : left.compareTo(right);
        });
    return names;
  }

  /** Directories of processes begin with the time of their start; others come last. */
  private static List<Path> byStart(List<Path> directories) {
    directories.sort(Comparator.comparingLong(SpoolDirectory::start));
    return directories;
  }

  private static long start(Path directory) {
    String name = directory.getFileName().toString();
    int dash = name.indexOf('-');
    try {
      return dash > 0 ? Long.parseLong(name.substring(0, dash)) : Long.MAX_VALUE;
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private String name(String stream) {
    return String.format(Locale.ROOT, "%s-%010d", stream, ++sequence);
  }
}
