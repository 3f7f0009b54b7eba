package io.vigia.tests.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Process groups: every child leads its own, so that its descendants are reached too. */
final class Session {
  private static final boolean SETSID = Files.isExecutable(Path.of("/usr/bin/setsid"));

  private Session() {}

  /** The same command at the head of its own session (as far as the system has setsid). */
  static List<String> detached(List<String> command) {
    if (!SETSID) {
      return command;
    }
    List<String> detached = new ArrayList<>(command.size() + 1);
    detached.add("/usr/bin/setsid");
    detached.addAll(command);
    return detached;
  }

  /**
   * Sends a signal to a process and all of its group; to the process alone as long as it has not
   * come to lead one, which takes a moment after its start.
   *
   * @param signal without SIG: {@code KILL}, {@code STOP}, {@code CONT}
   */
  static void signal(String signal, long pid) {
    try {
      if (!SETSID || kill(signal, "-" + pid) != 0) {
        kill(signal, Long.toString(pid));
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static int kill(String signal, String target) throws IOException, InterruptedException {
    return new ProcessBuilder("kill", "-" + signal, "--", target)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  /**
   * Whether no thread of the process and of its descendants runs after a SIGSTOP. Source: proc(5),
   * {@code /proc/PID/task/TID/stat}. True where there is no such file system.
   */
  static boolean isStopped(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants())
        .allMatch(one -> threadsAreStopped(Path.of("/proc", Long.toString(one.pid()), "task")));
  }

  private static boolean threadsAreStopped(Path tasks) {
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        String stat = Files.readString(thread.resolve("stat"), StandardCharsets.ISO_8859_1);
        if ("TtZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0) {
          return false;
        }
      }
      return true;
    } catch (IOException | DirectoryIteratorException e) {
      return !Files.isDirectory(tasks); // a thread that ended meanwhile: look again
    }
  }
}
