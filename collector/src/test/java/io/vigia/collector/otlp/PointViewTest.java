package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

class PointViewTest {
  private final PointView view = new PointView();

  /** Each element alone or joined with its neighbours in a packed piece, as {@code joined} says. */
  @Property(tries = 200)
  void repeatedFieldsAreReadPackedUnpackedAndMixed(
      @ForAll @Size(max = 12) long[] counts, @ForAll @Size(12) boolean[] joined) {
    ProtoWriter out = new ProtoWriter();
    for (int i = 0; i < counts.length; ) {
      if (joined[i]) {
        int mark = out.begin(OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS);
        for (; i < counts.length && joined[i]; i++) {
          out.packedFixed64(counts[i]);
        }
        out.end(mark);
      } else {
        out.fixed64(OtlpFields.HISTOGRAM_POINT_BUCKET_COUNTS_UNPACKED, counts[i++]);
      }
      out.doubleValue(OtlpFields.HISTOGRAM_POINT_EXPLICIT_BOUNDS_UNPACKED, i);
    }
    for (int again = 0; again < 2; again++) { // what was read before must not shine through
      view.reset(MetricView.Kind.HISTOGRAM, new Slice().set(out.array(), 0, out.size()));
      assertThat(view.bucketCounts().length()).isEqualTo(counts.length * 8);
      ProtoReader read = new ProtoReader().reset(view.bucketCounts());
      for (long count : counts) {
        assertThat(read.packedFixed64()).isEqualTo(count);
      }
      assertThat(view.explicitBounds().length() % 8).isZero();
      assertThat(view.explicitBounds().isEmpty()).isEqualTo(counts.length == 0);
    }
  }
}
