package io.vigia.collector.export.prometheus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The last point of every series, for a while. Bounded: beyond the limit new series are turned
 * away, known ones go on. Thread-safe.
 */
final class ScrapeStore {
  /** One metric with its series, in the order of their labels. */
  record FamilyPoints(MetricFamily family, List<MetricPoint> points) {}

  private static final class Kept {
    MetricPoint point;
    long takenNanos;
    long seenNanos;

    Kept(MetricPoint point, long now) {
      take(point, now);
    }

    void take(MetricPoint taken, long now) {
      point = taken;
      takenNanos = seenNanos = now;
    }
  }

  private static final class Family {
    MetricFamily family;
    final Map<LabelSet, Kept> series = new HashMap<>();

    Family(MetricFamily family) {
      this.family = family;
    }
  }

  private final Map<String, Family> families = new TreeMap<>();
  private final int maxSeries;
  private final long expiryNanos;
  private final LongSupplier clock;
  private int size;
  private long sweptNanos;

  ScrapeStore(int maxSeries, long expiryMillis, LongSupplier nanoClock) {
    this.maxSeries = maxSeries;
    this.expiryNanos = TimeUnit.MILLISECONDS.toNanos(expiryMillis);
    this.clock = nanoClock;
    this.sweptNanos = nanoClock.getAsLong();
  }

  /**
   * Keeps a point unless a later one of the same series is there already. When no later one has
   * come for as long as a series is kept, its clock was set back, and that one is not waited for.
   *
   * @return null when it was taken, else why not, in a word
   */
  synchronized @Nullable String put(MetricPoint point) {
    long now = clock.getAsLong();
    Family family = families.get(point.family().name());
    if (family == null) {
      family = new Family(point.family());
      families.put(point.family().name(), family);
    } else if (family.family.type() != point.family().type()) {
      if (!family.series.isEmpty()) {
        return "type_conflict";
      }
      family.family = point.family();
    }
    Kept kept = family.series.get(point.labels());
    if (point.stale()) {
      if (kept != null && family.series.remove(point.labels()) != null) {
        size--;
      }
      return null;
    }
    if (kept != null) {
      kept.seenNanos = now;
      if (point.timestampMillis() >= kept.point.timestampMillis()
          || now - kept.takenNanos > expiryNanos) {
        kept.take(point, now);
      }
      return null;
    }
    if (size >= maxSeries) {
      if (now - sweptNanos > TimeUnit.SECONDS.toNanos(1)) {
        sweep(now);
      }
      if (size >= maxSeries) {
        return "series_limit";
      }
    }
    family.series.put(point.labels(), new Kept(point, now));
    size++;
    return null;
  }

  /** What is alive, by name. */
  synchronized List<FamilyPoints> snapshot() {
    sweep(clock.getAsLong());
    List<FamilyPoints> all = new ArrayList<>(families.size());
    for (Family family : families.values()) {
      List<MetricPoint> points = new ArrayList<>(family.series.size());
      family.series.values().forEach(kept -> points.add(kept.point));
      all.add(new FamilyPoints(family.family, points));
    }
    return all;
  }

  synchronized int size() {
    return size;
  }

  private void sweep(long now) {
    sweptNanos = now;
    families
        .values()
        .removeIf(
            family -> {
              int before = family.series.size();
              family.series.values().removeIf(kept -> now - kept.seenNanos > expiryNanos);
              size -= before - family.series.size();
              return family.series.isEmpty();
            });
  }
}
