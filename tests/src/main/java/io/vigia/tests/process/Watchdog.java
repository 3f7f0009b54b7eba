package io.vigia.tests.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Kills our children when we die, however we die.
 *
 * <p>A shell reads the process groups and folders to look after from a pipe that only this JVM
 * holds. When the JVM is gone, by {@code exit}, {@code kill -9} or out of memory, the kernel closes
 * the pipe, and the shell kills what is still registered and removes the folders. Thread-safe.
 */
final class Watchdog {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      groups=' '; folders=' '
      while read -r action what; do
        case $action in
          group) groups="$groups$what " ;;
          gone) groups=$(printf '%s' "$groups" | sed "s/ $what / /") ;;
          folder) folders="$folders$what " ;;
        esac
      done
      for g in $groups; do kill -9 "-$g" 2>/dev/null || kill -9 "$g" 2>/dev/null; done
      for f in $folders; do rm -rf -- "$f"; done
      """;

  private static final Watchdog INSTANCE = new Watchdog();

  private final OutputStream pipe;

  private Watchdog() {
    try {
      pipe =
          new ProcessBuilder(Session.detached(List.of("sh", "-c", SCRIPT)))
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start()
              .getOutputStream();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the watchdog shell", e);
    }
  }

  static Watchdog get() {
    return INSTANCE;
  }

  /** Kill this process group when we are gone. */
  void watch(long processGroup) {
    tell("group " + processGroup);
  }

  /** The group has ended by itself; its number may be used again by others. */
  void forget(long processGroup) {
    tell("gone " + processGroup);
  }

  /** Remove this folder when we are gone. Its path must have no blanks. */
  void watch(Path folder) {
    tell("folder " + folder);
  }

  private synchronized void tell(String line) {
    try {
      pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
      pipe.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the watchdog shell is gone", e);
    }
  }
}
