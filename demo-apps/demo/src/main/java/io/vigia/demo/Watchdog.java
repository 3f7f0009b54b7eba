package io.vigia.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends the children when this JVM is gone, however it went.
 *
 * <p>A shell reads their process ids from a pipe that only this JVM holds. After {@code kill -9}
 * the kernel closes the pipe; the shell then ends each process and its group, first politely, after
 * five seconds with force. Thread-safe.
 */
final class Watchdog implements AutoCloseable {
  private static final String SCRIPT =
      """
      trap '' INT TERM HUP
      pids=
      while read -r pid; do
        [ "$pid" = done ] && exit 0
        pids="$pids $pid"
      done
      signal() { for p in $pids; do kill -"$1" -- "-$p" 2>/dev/null || kill -"$1" "$p" 2>/dev/null; done; }
      signal TERM
      for i in 1 2 3 4 5; do
        sleep 1
        alive=
        for p in $pids; do kill -0 "$p" 2>/dev/null && alive=yes; done
        [ -z "$alive" ] && exit 0
      done
      signal KILL
      """;

  private final OutputStream pipe;

  private Watchdog(OutputStream pipe) {
    this.pipe = pipe;
  }

  static Watchdog start() throws IOException {
    Process shell =
        new ProcessBuilder(detached(List.of("sh", "-c", SCRIPT)))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Watchdog(shell.getOutputStream());
  }

  /**
   * The command in a session of its own, where the system has setsid: Ctrl-C then reaches this JVM
   * alone, which stops its children in order.
   */
  static List<String> detached(List<String> command) {
    if (!java.nio.file.Files.isExecutable(java.nio.file.Path.of("/usr/bin/setsid"))) {
      return command;
    }
    List<String> detached = new ArrayList<>(List.of("/usr/bin/setsid"));
    detached.addAll(command);
    return detached;
  }

  void watch(long pid) throws IOException {
    tell(Long.toString(pid));
  }

  /** All children have ended; their numbers may be used by others from now on. */
  @Override
  public void close() {
    try (pipe) {
      tell("done");
    } catch (IOException e) {
      // it has gone already: nothing left to call off
    }
  }

  private synchronized void tell(String line) throws IOException {
    pipe.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    pipe.flush();
  }
}
