package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import io.vigia.collector.export.prometheus.MetricPoint.Exponential;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The message as protobuf-java reads it, against the definition of the buckets in real numbers. */
class NativeHistogramTest {
  private static final long[] NONE = {};

  @Property(tries = 300)
  void everyObservationIsInTheBucketOfItsValue(@ForAll("histograms") Exponential otlp) {
    DynamicMessage message = written(otlp);
    int schema = (int) PromProto.get(message, "schema");
    assertThat(schema).isEqualTo(Math.min(otlp.scale(), 8));
    assertThat(buckets(message, "positive"))
        .isEqualTo(expected(otlp.scale(), otlp.positiveOffset(), otlp.positive(), schema));
    assertThat(buckets(message, "negative"))
        .isEqualTo(expected(otlp.scale(), otlp.negativeOffset(), otlp.negative(), schema));
    assertThat(PromProto.get(message, "count_int")).isEqualTo(otlp.count());
    assertThat(PromProto.get(message, "zero_count_int")).isEqualTo(otlp.zeroCount());
    assertThat(PromProto.get(message, "sum")).isEqualTo(otlp.sum());
    assertThat((double) PromProto.get(message, "zero_threshold")).isPositive();
    assertThat(PromProto.get(message, "timestamp")).isEqualTo(1234L);
  }

  /**
   * Prometheus: bucket {@code i} of a schema holds {@code (2^((i-1)/2^schema), 2^(i/2^schema)]};
   * OTLP: bucket {@code i} of a scale begins at {@code 2^(i/2^scale)}. By the middle of each, in
   * logarithms, which no rounding moves to a neighbour.
   */
  private static Map<Long, Long> expected(int scale, int offset, long[] counts, int schema) {
    Map<Long, Long> buckets = new TreeMap<>();
    for (int i = 0; i < counts.length; i++) {
      double log2 = Math.scalb(offset + i + 0.5, -scale);
      if (counts[i] != 0) {
        buckets.merge((long) Math.ceil(Math.scalb(log2, schema)), counts[i], Long::sum);
      }
    }
    return buckets;
  }

  /** As Prometheus' own iterator walks spans and deltas. */
  @SuppressWarnings("unchecked")
  private static Map<Long, Long> buckets(DynamicMessage message, String side) {
    List<Long> deltas = (List<Long>) PromProto.get(message, side + "_deltas");
    Map<Long, Long> buckets = new TreeMap<>();
    long index = 0;
    long count = 0;
    int next = 0;
    boolean first = true;
    for (DynamicMessage span : PromProto.list(message, side + "_spans")) {
      int offset = (int) PromProto.get(span, "offset");
      assertThat(first || offset >= 0).as("only the first span may begin below").isTrue();
      first = false;
      index += offset;
      for (int i = 0; i < (int) PromProto.get(span, "length"); i++) {
        count += deltas.get(next++);
        if (count != 0) {
          buckets.put(index, count);
        }
        index++;
      }
    }
    assertThat(next).as("as many deltas as buckets").isEqualTo(deltas.size());
    return buckets;
  }

  @Provide
  Arbitrary<Exponential> histograms() {
    Arbitrary<long[]> side =
        Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(2, Arbitraries.just(0L)),
                net.jqwik.api.Tuple.of(1, Arbitraries.longs().between(1, 1L << 40)))
            .list()
            .ofMaxSize(40)
            .map(counts -> counts.stream().mapToLong(Long::longValue).toArray());
    Arbitrary<Integer> offset = Arbitraries.integers().between(-2000, 2000);
    return Combinators.combine(
            Arbitraries.integers().between(-4, 20),
            Arbitraries.longs().between(0, 1000),
            offset,
            side,
            offset,
            side,
            Arbitraries.doubles().between(-1e9, 1e9))
        .as(
            (scale, zero, up, positive, down, negative, sum) ->
                new Exponential(
                    scale,
                    zero,
                    0,
                    up,
                    positive,
                    down,
                    negative,
                    zero + total(positive) + total(negative),
                    true,
                    sum));
  }

  private static long total(long[] counts) {
    long total = 0;
    for (long count : counts) {
      total += count;
    }
    return total;
  }

  @Test
  void staleIsAHistogramWhoseSumIsTheStalenessMarker() {
    @Nullable NativeHistogram stale =
        NativeHistogram.of(new Exponential(0, 0, 0, 0, NONE, 0, NONE, 0, true, 0), true);
    DynamicMessage message = message(stale);
    assertThat(Double.doubleToRawLongBits((double) PromProto.get(message, "sum")))
        .isEqualTo(0x7ff0000000000002L);
  }

  @Test
  void whatPrometheusWouldRefuseHasNoNativeForm() {
    assertThat(NativeHistogram.of(of(-5, 0, 1, 1), false)).as("coarser than −4").isNull();
    assertThat(NativeHistogram.of(of(0, 0, 2, 1), false)).as("counts more than it has").isNull();
    assertThat(NativeHistogram.of(of(0, 0, 1, -1), false)).as("counts below zero").isNull();
    assertThat(NativeHistogram.of(of(0, Integer.MAX_VALUE, 1, 1), false)).as("overflow").isNull();
    assertThat(NativeHistogram.of(of(0, 0, 1, 1), false)).isNotNull();
  }

  private static Exponential of(int scale, int offset, long count, long inBucket) {
    return new Exponential(scale, 0, 0, offset, new long[] {inBucket}, 0, NONE, count, true, 1);
  }

  private static DynamicMessage written(Exponential otlp) {
    return message(NativeHistogram.of(otlp, false));
  }

  private static DynamicMessage message(@Nullable NativeHistogram form) {
    NativeHistogram histogram = java.util.Objects.requireNonNull(form);
    ProtoWriter series = new ProtoWriter();
    histogram.write(series, 4 << 3 | ProtoReader.LEN, 1234, 0);
    try {
      DynamicMessage parsed =
          DynamicMessage.parseFrom(
              PromProto.V1.getFile().findMessageTypeByName("TimeSeries"), series.toByteArray());
      assertThat(parsed.getUnknownFields().asMap()).isEmpty();
      return PromProto.list(parsed, "histograms").get(0);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
  }
}
