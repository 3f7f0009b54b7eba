package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import org.jspecify.annotations.Nullable;

/**
 * An exponential histogram as Prometheus stores it. Source: prometheus/prompb/types.proto and
 * io/prometheus/write/v2/types.proto (the message is the same in both), opentelemetry.io,
 * "Prometheus and OpenMetrics Compatibility", Exponential Histograms. A bucket's index is one
 * higher than in OTLP: it names the upper bound, not the lower.
 */
final class NativeHistogram {
  private static final int MIN_SCHEMA = -4;
  private static final int MAX_SCHEMA = 8;

  /** What a zero bucket of unknown breadth is taken for. */
  private static final double DEFAULT_ZERO_THRESHOLD = 1e-128;

  /** A gap of so many empty buckets is written as empty buckets: shorter than a new span. */
  private static final int MAX_FILLED_GAP = 2;

  private static final int COUNT = 1 << 3 | ProtoReader.VARINT;
  private static final int SUM = 3 << 3 | ProtoReader.FIXED64;
  private static final int SCHEMA = 4 << 3 | ProtoReader.VARINT;
  private static final int ZERO_THRESHOLD = 5 << 3 | ProtoReader.FIXED64;
  private static final int ZERO_COUNT = 6 << 3 | ProtoReader.VARINT;
  private static final int NEGATIVE_SPANS = 8 << 3 | ProtoReader.LEN;
  private static final int NEGATIVE_DELTAS = 9 << 3 | ProtoReader.LEN;
  private static final int POSITIVE_SPANS = 11 << 3 | ProtoReader.LEN;
  private static final int POSITIVE_DELTAS = 12 << 3 | ProtoReader.LEN;
  private static final int TIMESTAMP = 15 << 3 | ProtoReader.VARINT;
  private static final int START_TIMESTAMP = 17 << 3 | ProtoReader.VARINT;
  private static final int SPAN_OFFSET = 1 << 3 | ProtoReader.VARINT;
  private static final int SPAN_LENGTH = 2 << 3 | ProtoReader.VARINT;

  /** Says that it counts nothing, and counts one. */
  static final NativeHistogram IMPOSSIBLE =
      new NativeHistogram(
          new Exponential(0, 0, 0, 0, new long[] {1}, 0, new long[0], 0, true, 0), false);

  private final Exponential buckets;
  private final boolean stale;

  private NativeHistogram(Exponential buckets, boolean stale) {
    this.buckets = buckets;
    this.stale = stale;
  }

  /**
   * The native form, made coarser where Prometheus has none so fine.
   *
   * @return null when there is none: coarser than Prometheus goes, or counts that do not add up
   *     (Prometheus would refuse them)
   */
  static @Nullable NativeHistogram of(Exponential exponential, boolean stale) {
    if (stale) {
      return new NativeHistogram(exponential, true);
    }
    if (exponential.scale() < MIN_SCHEMA
        || !fits(exponential.positiveOffset(), exponential.positive())
        || !fits(exponential.negativeOffset(), exponential.negative())) {
      return null;
    }
    long total = exponential.zeroCount();
    boolean sane = total >= 0;
    for (long[] side : new long[][] {exponential.positive(), exponential.negative()}) {
      for (long count : side) {
        total += count;
        sane &= count >= 0 && total >= 0;
      }
    }
    return sane && total == exponential.count()
        ? new NativeHistogram(ExponentialBuckets.rescale(exponential, MAX_SCHEMA), false)
        : null;
  }

  private static boolean fits(int offset, long[] counts) {
    return (long) offset + counts.length < Integer.MAX_VALUE;
  }

  /**
   * Writes the {@code Histogram} message as a field.
   *
   * @param startMillis since the Unix epoch; 0 for unknown, and always in version 1.0
   */
  void write(ProtoWriter out, int tag, long timestampMillis, long startMillis) {
    int message = out.begin(tag, 200);
    out.varint(COUNT, stale ? 0 : buckets.count());
    out.doubleValue(SUM, stale ? SeriesSink.STALE : buckets.sum());
    if (!stale) {
      out.zigZag(SCHEMA, buckets.scale());
      double threshold = buckets.zeroThreshold();
      out.doubleValue(ZERO_THRESHOLD, threshold > 0 ? threshold : DEFAULT_ZERO_THRESHOLD);
      out.varint(ZERO_COUNT, buckets.zeroCount());
      side(out, NEGATIVE_SPANS, NEGATIVE_DELTAS, buckets.negativeOffset(), buckets.negative());
      side(out, POSITIVE_SPANS, POSITIVE_DELTAS, buckets.positiveOffset(), buckets.positive());
    }
    out.varint(TIMESTAMP, timestampMillis);
    if (startMillis > 0) {
      out.varint(START_TIMESTAMP, startMillis);
    }
    out.end(message);
  }

  private static void side(ProtoWriter out, int spans, int deltas, int offset, long[] counts) {
    if (filled(counts, 0) == counts.length) {
      return;
    }
    long next = 0; // the index right after the span before
    for (int from = filled(counts, 0); from < counts.length; ) {
      int to = spanEnd(counts, from);
      long begin = (long) offset + 1 + from;
      int span = out.begin(spans);
      out.zigZag(SPAN_OFFSET, begin - next);
      out.varint(SPAN_LENGTH, to - from);
      out.end(span);
      next = begin + to - from;
      from = filled(counts, to);
    }
    int packed = out.begin(deltas, counts.length);
    long last = 0;
    for (int from = filled(counts, 0); from < counts.length; ) {
      int to = spanEnd(counts, from);
      for (int i = from; i < to; i++) {
        long delta = counts[i] - last;
        out.packedVarint(delta << 1 ^ delta >> 63);
        last = counts[i];
      }
      from = filled(counts, to);
    }
    out.end(packed);
  }

  /** The next index with something in it, or the length. */
  private static int filled(long[] counts, int from) {
    int at = from;
    while (at < counts.length && counts[at] == 0) {
      at++;
    }
    return at;
  }

  private static int spanEnd(long[] counts, int from) {
    int end = from + 1;
    for (int next = filled(counts, end); next < counts.length; next = filled(counts, end)) {
      if (next - end > MAX_FILLED_GAP) {
        break;
      }
      end = next + 1;
    }
    return end;
  }
}
