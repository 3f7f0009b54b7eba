package io.vigia.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A file that names running children, for the start after a crash that took the watchdog too. Each
 * line is {@code pid startMillis name}: a process is ours only if it has the number and was started
 * at that very time.
 */
final class Leftovers {
  private final Path file;

  Leftovers(Path file) {
    this.file = file;
  }

  void add(ProcessHandle process, String name) throws IOException {
    String line = process.pid() + " " + startMillis(process) + " " + name + "\n";
    Files.writeString(file, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Ends what an earlier demo left running; returns the names. */
  List<String> end() throws IOException {
    List<String> ended = new ArrayList<>();
    if (!Files.exists(file)) {
      return ended;
    }
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", 3);
      if (words.length == 3 && words[0].matches("\\d{1,10}") && words[1].matches("\\d{1,15}")) {
        Optional<ProcessHandle> process = ProcessHandle.of(Long.parseLong(words[0]));
        if (process.isPresent()
            && process.get().isAlive()
            && startMillis(process.get()) == Long.parseLong(words[1])) {
          process.get().destroyForcibly();
          ended.add(words[2]);
        }
      }
    }
    Files.delete(file);
    return ended;
  }

  /** All have ended. */
  void clear() throws IOException {
    Files.deleteIfExists(file);
  }

  private static long startMillis(ProcessHandle process) {
    return process.info().startInstant().map(java.time.Instant::toEpochMilli).orElse(0L);
  }
}
