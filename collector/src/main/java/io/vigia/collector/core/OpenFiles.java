package io.vigia.collector.core;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** How many files and connections this process may have open at the same time. */
public final class OpenFiles {
  private static final int SOFT = 3;

  /**
   * Read before it is reached: then no file can be opened. The JVM has raised it to the hard one.
   */
  private static final long LIMIT = limit(Path.of("/proc/self/limits"));

  private OpenFiles() {}

  /** {@link Long#MAX_VALUE} where there is none, or the system does not tell. */
  public static long limit() {
    return LIMIT;
  }

  static long limit(Path limits) {
    try {
      List<String> lines = Files.readAllLines(limits);
      for (String line : lines) {
        if (line.startsWith("Max open files")) {
          return Long.parseLong(line.trim().split("\\s+")[SOFT]);
        }
      }
    } catch (IOException | RuntimeException e) {
      // no /proc, or "unlimited"
    }
    return Long.MAX_VALUE;
  }

  /** A failure in words, with the remedy where what it lacks is files that may be open. */
  public static String withRemedy(Throwable failure) {
    String said = failure.toString();
    return said.contains("Too many open files") ? said + " (" + remedy() + ")" : said;
  }

  /** What the limit is, and how to raise it. */
  public static String remedy() {
    return "this process may have "
        + (LIMIT == Long.MAX_VALUE ? "too few" : "" + LIMIT)
        + " files and connections open: raise that with ulimit -n, in a systemd unit with LimitNOFILE=";
  }
}
