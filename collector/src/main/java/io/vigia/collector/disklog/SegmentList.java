package io.vigia.collector.disklog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments of a log in order. Thread-safe: readers see an immutable list. */
final class SegmentList {
  private volatile List<Segment> segments = List.of();

  List<Segment> all() {
    return segments;
  }

  synchronized void add(Segment segment) {
    List<Segment> copy = new ArrayList<>(segments);
    copy.add(segment);
    segments = Collections.unmodifiableList(copy);
  }

  synchronized void remove(Segment segment) {
    List<Segment> copy = new ArrayList<>(segments);
    copy.remove(segment);
    segments = Collections.unmodifiableList(copy);
  }

  /** Takes away the oldest ones that end at or before {@code sequence}, never the last. */
  synchronized List<Segment> removeBefore(long sequence) {
    int count = 0;
    while (count + 1 < segments.size() && segments.get(count + 1).start().sequence() <= sequence) {
      count++;
    }
    List<Segment> removed = List.copyOf(segments.subList(0, count));
    if (count > 0) {
      segments = List.copyOf(segments.subList(count, segments.size()));
    }
    return removed;
  }

  /** The segment in which {@code sequence} is or would be, or null when it is before the first. */
  @Nullable Segment holding(long sequence) {
    List<Segment> now = segments;
    int after = indexAfter(now, sequence);
    return after == 0 ? null : now.get(after - 1);
  }

  /** The first segment that begins after {@code segment} began, or null. */
  @Nullable Segment after(Segment segment) {
    List<Segment> now = segments;
    int after = indexAfter(now, segment.start().sequence());
    return after == now.size() ? null : now.get(after);
  }

  private static int indexAfter(List<Segment> segments, long sequence) {
    int low = 0;
    int high = segments.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (segments.get(middle).start().sequence() <= sequence) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Nullable Segment first() {
    List<Segment> now = segments;
    return now.isEmpty() ? null : now.get(0);
  }

  @Nullable Segment last() {
    List<Segment> now = segments;
    return now.isEmpty() ? null : now.get(now.size() - 1);
  }
}
