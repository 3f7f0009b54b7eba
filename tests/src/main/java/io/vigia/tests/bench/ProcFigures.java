package io.vigia.tests.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What Linux knows of a process. Source: proc(5), {@code /proc/pid/stat}, {@code status}, {@code
 * io}, {@code task}.
 *
 * @param cpuMillis user and system time of all threads
 * @param compilerCpuMillis of that, the JVM's compiler threads that live now
 * @param residentKib now
 * @param peakResidentKib since its start
 * @param writtenBytes that it caused to go to the disk
 */
record ProcFigures(
    long cpuMillis,
    long compilerCpuMillis,
    long residentKib,
    long peakResidentKib,
    long writtenBytes) {
  /** Linux counts in hundredths of a second on every platform Java runs on. */
  private static final int MILLIS_PER_TICK = 10;

  static ProcFigures of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    List<String> status = Files.readAllLines(proc.resolve("status"));
    List<String> io = Files.readAllLines(proc.resolve("io"));
    return new ProcFigures(
        cpuMillis(Files.readString(proc.resolve("stat"))),
        compilerCpuMillis(proc.resolve("task")),
        value(status, "VmRSS:"),
        value(status, "VmHWM:"),
        value(io, "write_bytes:"));
  }

  private static long cpuMillis(String stat) {
    // after the name, which may have blanks: field 3 and on
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * MILLIS_PER_TICK;
  }

  private static long compilerCpuMillis(Path tasks) throws IOException {
    long millis = 0;
    try (DirectoryStream<Path> threads = Files.newDirectoryStream(tasks)) {
      for (Path thread : threads) {
        try {
          String stat = Files.readString(thread.resolve("stat"));
          // "C2 CompilerThre", cut by Linux
          if (stat.contains("CompilerThre")) {
            millis += cpuMillis(stat);
          }
        } catch (IOException e) {
          // it ended meanwhile
        }
      }
    }
    return millis;
  }

  private static long value(List<String> lines, String key) {
    for (String line : lines) {
      if (line.startsWith(key)) {
        return Long.parseLong(line.substring(key.length()).replace("kB", "").trim());
      }
    }
    throw new IllegalStateException("no " + key);
  }
}
