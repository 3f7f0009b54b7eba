package io.vigia.collector.export.prometheus;

import io.vigia.collector.core.ExportBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The wanted points of a batch, in the order in which they go. Not thread-safe. */
final class BatchItems {
  /**
   * Of one request. Each is a series with all its labels, in memory several hundred bytes: a record
   * of 4 MB of histograms would come to more than the heap.
   */
  static final int MAX_SAMPLES = 10_000;

  /**
   * One data point.
   *
   * @param ordinal its place among the points of the batch
   * @param info the target_info sample that goes before it, if any
   */
  record Item(
      int ordinal,
      int entry,
      int index,
      MetricPoint point,
      boolean delta,
      @Nullable MetricPoint info) {
    Item withoutInfo() {
      return new Item(ordinal, entry, index, point, delta, null);
    }

    private SeriesKey series() {
      return new SeriesKey(point.family().name(), point.labels());
    }
  }

  private record SeriesKey(String name, LabelSet labels) {}

  private final List<Item> items = new ArrayList<>();

  int size() {
    return items.size();
  }

  Item get(int at) {
    return items.get(at);
  }

  void set(int at, Item item) {
    items.set(at, item);
  }

  List<Item> between(int from, int to) {
    return items.subList(from, to);
  }

  void addAll(ExportBatch batch, RemoteWriteState state) {
    PointConverter converter = state.converter;
    Set<ResourceLabels> told = new HashSet<>();
    converter.convert(
        batch,
        (entry, index, converted) -> {
          int ordinal = items.size();
          MetricPoint point =
              converted.delta() ? state.deltas.add(converted.point(), ordinal) : converted.point();
          ResourceLabels resource = converter.resource();
          MetricPoint info = told.add(resource) ? resource.info(point.timestampMillis()) : null;
          items.add(new Item(ordinal, entry, index, point, converted.delta(), info));
        });
  }

  /**
   * Where each request ends.
   *
   * @param inRounds whether at most one sample of a series goes in each
   */
  List<Integer> requests(boolean inRounds, boolean nativeHistograms) {
    return bounded(inRounds ? rounds() : new int[] {items.size()}, nativeHistograms);
  }

  /**
   * Puts the items in the order of rounds.
   *
   * @return where each round ends
   */
  private int[] rounds() {
    Map<SeriesKey, List<Item>> series = new LinkedHashMap<>();
    for (Item item : items) {
      series.computeIfAbsent(item.series(), key -> new ArrayList<>(1)).add(item);
    }
    List<List<Item>> rounds = new ArrayList<>();
    for (List<Item> one : series.values()) {
      if (!one.get(0).delta) { // sums of deltas go in the order in which they were added up
        one.sort(Comparator.comparingLong(item -> item.point.timestampMillis()));
      }
      for (int i = 0; i < one.size(); i++) {
        if (i == rounds.size()) {
          rounds.add(new ArrayList<>());
        }
        rounds.get(i).add(one.get(i));
      }
    }
    items.clear();
    int[] ends = new int[rounds.size()];
    for (int i = 0; i < ends.length; i++) {
      items.addAll(rounds.get(i));
      ends[i] = items.size();
    }
    return ends;
  }

  /** The same ends, and others between them where a request would have too many samples. */
  private List<Integer> bounded(int[] ends, boolean nativeHistograms) {
    List<Integer> all = new ArrayList<>();
    int at = 0;
    for (int end : ends) {
      long samples = 0;
      for (; at < end; at++) {
        int more = samples(items.get(at).point.value(), nativeHistograms);
        if (samples > 0 && samples + more > MAX_SAMPLES) {
          all.add(at);
          samples = 0;
        }
        samples += more;
      }
      all.add(end);
    }
    return all;
  }

  private static int samples(MetricPoint.Value value, boolean nativeHistograms) {
    if (value instanceof MetricPoint.Histogram histogram) {
      return histogram.bounds().length + 3;
    }
    if (value instanceof MetricPoint.Summary summary) {
      return summary.quantiles().length + 2;
    }
    if (value instanceof MetricPoint.Exponential buckets && !nativeHistograms) {
      return buckets.positive().length + buckets.negative().length + 4;
    }
    return 1;
  }

  /**
   * The last of these that may be sent before those between: none of them is of its series. The
   * first, when there is only one series.
   */
  int lastWithoutAnOlderOne(int from, int to) {
    Set<SeriesKey> series = new HashSet<>();
    int last = from;
    for (int i = from; i < to; i++) {
      if (series.add(items.get(i).series())) {
        last = i;
      }
    }
    return last;
  }
}
