package io.vigia.collector.receive.containers;

import io.vigia.collector.receive.containers.Series.Container;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The directory of the kubelet: which series there are, and which files each has. Symbolic links
 * are followed. Not thread-safe.
 */
final class PodLogs {
  private static final Pattern FILE = Pattern.compile("(\\d{1,9})\\.log(\\..+)?");

  /** The kubelet allows 110 pods on a node, large ones have 500. */
  private static final int MAX_SERIES = 10_000;

  private final Path root;
  private final Predicate<Container> wanted;
  private final Function<String, Progress> progress;
  private final Problems problems;
  private final MissedFiles missed;
  private Map<String, Series> known = new LinkedHashMap<>();

  /**
   * @param progress of a series by its key, which is its path below {@code root} without {@code
   *     .log}
   */
  PodLogs(
      Path root,
      Predicate<Container> wanted,
      Function<String, Progress> progress,
      Problems problems) {
    this.root = root;
    this.wanted = wanted;
    this.progress = progress;
    this.problems = problems;
    this.missed = new MissedFiles(problems);
  }

  /**
   * Looks again.
   *
   * @throws IOException when the directory itself cannot be read; nothing is forgotten
   */
  List<Series> look() throws IOException {
    Map<String, Series> seen = new LinkedHashMap<>();
    for (Path pod : list(root)) {
      String[] names = name(pod).split("_", -1);
      if (names.length != 3 || name(pod).indexOf('\t') >= 0 || name(pod).indexOf('\n') >= 0) {
        continue;
      }
      try {
        for (Path directory : list(pod)) {
          Container container = new Container(names[0], names[1], names[2], name(directory));
          if (wanted.test(container)) {
            look(directory, container, seen);
          }
        }
      } catch (IOException e) {
        problems.reading(pod, e);
      }
    }
    known.keySet().removeAll(seen.keySet());
    known.values().forEach(series -> missed.replace(series, List.of()));
    missed.lookDone();
    known = seen;
    return List.copyOf(seen.values());
  }

  /** Whether there is now one of this pod's that is wanted. Thread-safe. */
  boolean has(String podUid) {
    try {
      for (Path pod : list(root)) {
        String[] names = name(pod).split("_", -1);
        if (names.length == 3 && names[2].equals(podUid)) {
          for (Path directory : list(pod)) {
            if (wanted.test(new Container(names[0], names[1], names[2], name(directory)))) {
              return true;
            }
          }
        }
      }
    } catch (IOException e) {
      return false; // the next look says what is wrong
    }
    return false;
  }

  private void look(Path directory, Container container, Map<String, Series> seen) {
    try {
      Map<Integer, List<Path>> paths = paths(directory);
      for (Map.Entry<Integer, List<Path>> each : paths.entrySet()) {
        String key = root.relativize(directory).resolve(each.getKey().toString()).toString();
        Series series = known.get(key);
        if (series == null) {
          series = new Series(directory, container, each.getKey(), progress.apply(key));
        }
        if (seen.size() == MAX_SERIES) {
          problems.count("too_many", directory + " is not read: there are " + MAX_SERIES + " logs");
          return;
        }
        seen.put(key, series);
        files(series, each.getKey(), each.getValue());
      }
    } catch (IOException e) {
      problems.reading(directory, e);
    }
  }

  private static Map<Integer, List<Path>> paths(Path directory) throws IOException {
    Map<Integer, List<Path>> paths = new java.util.TreeMap<>();
    for (Path file : list(directory)) {
      Matcher name = FILE.matcher(name(file));
      // the kubelet compresses into a file .tmp, and renames it when it is whole
      if (name.matches() && !name(file).endsWith(".tmp")) {
        paths.computeIfAbsent(Integer.valueOf(name.group(1)), n -> new ArrayList<>()).add(file);
      }
    }
    return paths;
  }

  private void files(Series series, int restarts, List<Path> paths) throws IOException {
    List<LogFile> now = look(series, restarts, paths);
    if (misses(now, series)) { // renamed while the directory was listed
      now = look(series, restarts, paths(series.directory()).getOrDefault(restarts, paths));
    }
    missed.replace(series, now);
    series.progress().keep(now);
  }

  /** Whether the file that was written to at the last look is not among these. */
  private static boolean misses(List<LogFile> now, Series series) {
    for (LogFile before : series.files()) {
      if (before.isCurrent()) {
        return now.stream().noneMatch(file -> Objects.equals(file.inode(), before.inode()));
      }
    }
    return false;
  }

  private List<LogFile> look(Series series, int restarts, List<Path> paths) {
    Map<Path, LogFile> before = new HashMap<>();
    series.files().forEach(file -> before.put(file.path(), file));
    List<LogFile> files = new ArrayList<>();
    for (Path path : paths) {
      try {
        boolean current = name(path).equals(restarts + ".log");
        LogFile file = LogFile.look(path, current, before.get(path));
        LogFile twin = twin(files, file);
        if (twin == null) {
          files.add(file);
        } else if (isBetter(file, twin)) {
          files.set(files.indexOf(twin), file);
        }
      } catch (NoSuchFileException e) {
        problems.missing(path);
      } catch (IOException e) {
        problems.reading(path, e);
      }
    }
    files.sort(
        Comparator.comparing(LogFile::isCurrent)
            .thenComparingLong(LogFile::orderNanos)
            .thenComparing(LogFile::path));
    return files;
  }

  private static @Nullable LogFile twin(List<LogFile> files, LogFile file) {
    for (LogFile each : files) {
      if (each.beginsLike(file)) {
        return each;
      }
    }
    return null;
  }

  /** Of a file and its copy: not the compressed one, then the one that has more, or is written. */
  private static boolean isBetter(LogFile file, LogFile other) {
    if (file.isGzip() != other.isGzip()) {
      return other.isGzip();
    }
    return file.size() != other.size() ? file.size() > other.size() : file.isCurrent();
  }

  private static List<Path> list(Path directory) throws IOException {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(entries::add);
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NotDirectoryException e) {
      return List.of();
    }
    entries.sort(Comparator.naturalOrder());
    return entries;
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
