package io.vigia.collector.receive.containers;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;

/**
 * Counts files that are gone although not all of them was delivered: {@code deleted}, or {@code
 * truncated} in place without a copy. A file is told by its content, and only one that is missed in
 * two looks is gone: in one it may be on its way to another name. Not thread-safe.
 */
final class MissedFiles {
  private final Problems problems;
  private List<Missed> before = new ArrayList<>();
  private List<Missed> now = new ArrayList<>();

  /**
   * One file.
   *
   * @param file as it was at the last look that had it
   */
  private record Missed(Series series, LogFile file, String reason) {
    boolean isBack() {
      return series.files().stream().anyMatch(file::beginsLike);
    }

    boolean isDelivered() {
      return series.progress().isDone(file);
    }
  }

  MissedFiles(Problems problems) {
    this.problems = problems;
  }

  /** Replaces the files of a series by those of this look. */
  void replace(Series series, List<LogFile> files) {
    for (LogFile old : series.files()) {
      if (files.stream().noneMatch(old::beginsLike)) {
        if (files.stream().anyMatch(old::isSameInode)) {
          miss(series, old, "truncated");
        } else if (Files.notExists(old.path()) || files.stream().anyMatch(old::hasSamePath)) {
          miss(series, old, "deleted");
        } // else it cannot be read now
      }
    }
    series.files(files);
  }

  private void miss(Series series, LogFile file, String reason) {
    Missed missed = new Missed(series, file, reason);
    if (!missed.isDelivered()) {
      now.add(missed);
    }
  }

  /** Every series was looked at. */
  void lookDone() {
    for (Missed each : before) {
      if (!each.isBack() && !each.isDelivered()) {
        problems.count(
            each.reason(),
            each.file().path()
                + " was "
                + each.reason()
                + " before all of it was read; what it had then is lost");
      }
    }
    before = now;
    now = new ArrayList<>();
  }
}
