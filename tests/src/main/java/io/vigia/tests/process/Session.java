package io.vigia.tests.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
   * Sends a signal to a process and all of its group.
   *
   * @param signal without SIG: {@code KILL}, {@code STOP}, {@code CONT}
   */
  static void signal(String signal, long pid) {
    String target = SETSID ? "-" + pid : Long.toString(pid);
    try {
      new ProcessBuilder("kill", "-" + signal, "--", target)
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
