package io.vigia.tests.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code -Xlog:gc:file=…} says of a JVM's heap. Source: JEP 271, and the lines that HotSpot's
 * collectors write: {@code GC(3) Pause Young (Normal) (G1 Evacuation Pause) 31M->7M(256M) 6.1ms}.
 */
final class GcLog {
  private static final Pattern PAUSE =
      Pattern.compile("GC\\(\\d+\\) Pause .* (\\d+)M->(\\d+)M\\((\\d+)M\\)");

  private final Path file;

  GcLog(Path file) {
    this.file = file;
  }

  /** The option that makes a JVM write it. */
  String option() {
    return "-Xlog:gc:file=" + file;
  }

  /** What was allocated until the last collection, to a megabyte for each of them. */
  long allocatedMb() throws IOException {
    long allocated = 0;
    long left = 0;
    Matcher pause = PAUSE.matcher(Files.readString(file));
    while (pause.find()) {
      allocated += Math.max(0, Long.parseLong(pause.group(1)) - left);
      left = Long.parseLong(pause.group(2));
    }
    return allocated;
  }

  /** Whether {@code jcmd GC.run} is done. */
  boolean hasForcedCollection() {
    try {
      return PAUSE
          .matcher(Files.readString(file))
          .results()
          .anyMatch(pause -> pause.group().contains("Diagnostic Command"));
    } catch (IOException e) {
      return false;
    }
  }
}
