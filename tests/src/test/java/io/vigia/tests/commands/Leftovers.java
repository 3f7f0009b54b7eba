package io.vigia.tests.commands;

import io.vigia.tests.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a command left running. */
final class Leftovers {
  private Leftovers() {}

  /** Command lines of the processes that still belong to the session of an ended command. */
  static List<String> of(ChildProcess ended) {
    try {
      Process ps =
          new ProcessBuilder("ps", "-s", Long.toString(ended.pid()), "-o", "stat=,args=").start();
      String lines = new String(ps.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return lines.lines().filter(line -> !line.startsWith("Z")).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
