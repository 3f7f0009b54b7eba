package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.NANOS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.export.prometheus.RemoteWriteExporter.NativeHistograms;
import io.vigia.collector.export.prometheus.RemoteWriteExporter.Version;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * Any metrics come out as {@link ExpectedSeries} says, a mapping of its own from the official OTLP
 * classes; what goes over the wire is read by protobuf-java. Names, labels, buckets, native
 * histograms, totals of deltas, staleness, exemplars, start times, metadata, {@code target_info}.
 */
class RemoteWriteMappingTest {
  private static final long RECEIVED_MILLIS = (NANOS + 1) / 1_000_000;

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void everyPointIsASampleOfItsSeriesInVersion1(@ForAll Random random) {
    check(random.nextLong(), false);
  }

  @Property(tries = 200, shrinking = ShrinkingMode.OFF)
  void everyPointIsASampleOfItsSeriesInVersion2(@ForAll Random random) {
    check(random.nextLong(), true);
  }

  private static void check(long seed, boolean v2) {
    Random random = new Random(seed);
    boolean nativeHistograms = random.nextBoolean();
    boolean scopeLabels = random.nextBoolean();
    RandomMetrics metrics = new RandomMetrics(random.nextLong());
    List<ExportMetricsServiceRequest> requests = List.of(metrics.request(), metrics.request());
    ExpectedSeries expected = new ExpectedSeries(nativeHistograms, scopeLabels, RECEIVED_MILLIS);
    requests.forEach(one -> one.getResourceMetricsList().forEach(expected::add));

    RemoteWriteState state =
        new RemoteWriteState(
            scopeLabels,
            new Negotiation(
                "test",
                v2 ? Version.V2 : Version.V1,
                nativeHistograms ? NativeHistograms.ON : NativeHistograms.OFF));
    Sent sent = new Sent(v2);
    ExportResult result =
        new RemoteWriteBatch(
                TestBatches.batch(Signal.METRICS, requests.toArray(MessageLite[]::new)),
                state,
                sent::take,
                "test")
            .run()
            .join();
    assertThat(result).isEqualTo(ExportResult.delivered());

    Map<Map<String, String>, ExpectedSeries.Series> series = expected.series;
    series.values().forEach(one -> one.exemplars().sort(null));
    sent.series.values().forEach(one -> one.exemplars().sort(null));
    if (!v2) { // which has neither start times nor a word about each series
      assertThat(sent.families).as("seed %s", seed).isEqualTo(expected.families);
      series = withoutStartsAndMetadata(series);
    }
    Set<Map<String, String>> missing = new HashSet<>(series.keySet());
    missing.removeAll(sent.series.keySet());
    Set<Map<String, String>> unexpected = new HashSet<>(sent.series.keySet());
    unexpected.removeAll(series.keySet());
    assertThat(Map.of("missing", missing, "unexpected", unexpected))
        .as("seed %s", seed)
        .isEqualTo(Map.of("missing", Set.of(), "unexpected", Set.of()));
    series.forEach(
        (labels, one) ->
            assertThat(sent.series.get(labels)).as("seed %s: %s", seed, labels).isEqualTo(one));
  }

  private static Map<Map<String, String>, ExpectedSeries.Series> withoutStartsAndMetadata(
      Map<Map<String, String>, ExpectedSeries.Series> series) {
    Map<Map<String, String>, ExpectedSeries.Series> plain = new HashMap<>();
    series.forEach(
        (labels, one) -> {
          ExpectedSeries.Series without = new ExpectedSeries.Series("");
          one.samples()
              .forEach(
                  (millis, sample) ->
                      without
                          .samples()
                          .put(
                              millis,
                              new ExpectedSeries.Sample(sample.value(), sample.histogram(), 0)));
          without.exemplars().addAll(one.exemplars());
          plain.put(labels, without);
        });
    return plain;
  }

  /** A server that takes everything and writes down what it got. */
  private static final class Sent {
    final Map<Map<String, String>, ExpectedSeries.Series> series = new HashMap<>();
    final Map<String, String> families = new TreeMap<>();
    private final boolean v2;

    Sent(boolean v2) {
      this.v2 = v2;
    }

    CompletableFuture<HttpAnswer> take(ProtoWriter body, boolean inV2) {
      assertThat(inV2).isEqualTo(v2);
      byte[] bytes = Arrays.copyOf(body.array(), body.size());
      try {
        DynamicMessage request = DynamicMessage.parseFrom(v2 ? PromProto.V2 : PromProto.V1, bytes);
        assertThat(request.getUnknownFields().asMap()).isEmpty();
        if (v2) {
          List<?> symbols = (List<?>) PromProto.get(request, "symbols");
          assertThat(symbols).doesNotHaveDuplicates();
          assertThat(symbols.get(0)).isEqualTo("");
        } else {
          for (DynamicMessage family : PromProto.list(request, "metadata")) {
            families.put((String) PromProto.get(family, "metric_family_name"), about(family));
          }
        }
        List<Map<String, String>> inRequest = new ArrayList<>();
        for (DynamicMessage one : PromProto.list(request, "timeseries")) {
          inRequest.add(series(request, one));
        }
        assertThat(inRequest).doesNotHaveDuplicates();
      } catch (InvalidProtocolBufferException e) {
        throw new AssertionError(e);
      }
      return CompletableFuture.completedFuture(
          new HttpAnswer(
              204,
              new DefaultHttpHeaders()
                  .add("x-prometheus-remote-write-samples-written", Integer.MAX_VALUE),
              new byte[0]));
    }

    private static String about(DynamicMessage metadata) {
      return PromProto.get(metadata, "type")
          + "|"
          + PromProto.get(metadata, "help")
          + "|"
          + PromProto.get(metadata, "unit");
    }

    private Map<String, String> labels(DynamicMessage request, DynamicMessage of) {
      List<String> names = new ArrayList<>();
      Map<String, String> labels = new TreeMap<>();
      if (v2) {
        PromProto.labels(request, of)
            .forEach(
                (name, value) -> {
                  names.add(name);
                  labels.put(name, value);
                });
      } else {
        for (DynamicMessage label : PromProto.list(of, "labels")) {
          names.add((String) PromProto.get(label, "name"));
          labels.put((String) PromProto.get(label, "name"), (String) PromProto.get(label, "value"));
        }
      }
      assertThat(names).isSorted().doesNotHaveDuplicates();
      assertThat(labels.values()).doesNotContain("");
      return labels;
    }

    private Map<String, String> series(DynamicMessage request, DynamicMessage in) {
      Map<String, String> labels = labels(request, in);
      String name = labels.getOrDefault("__name__", "");
      assertThat(name).matches("[a-zA-Z_:][a-zA-Z0-9_:]*");
      List<DynamicMessage> samples = PromProto.list(in, "samples");
      List<DynamicMessage> histograms = PromProto.list(in, "histograms");
      assertThat(samples.isEmpty()).as("one kind in a series").isNotEqualTo(histograms.isEmpty());
      String metadata = "";
      if (v2) {
        List<?> symbols = (List<?>) PromProto.get(request, "symbols");
        DynamicMessage about = (DynamicMessage) PromProto.get(in, "metadata");
        metadata =
            PromProto.get(about, "type")
                + "|"
                + symbols.get((int) PromProto.get(about, "help_ref"))
                + "|"
                + symbols.get((int) PromProto.get(about, "unit_ref"));
      }
      String of = metadata;
      ExpectedSeries.asNumber(labels, "le");
      ExpectedSeries.asNumber(labels, "quantile");
      ExpectedSeries.Series to =
          series.computeIfAbsent(labels, key -> new ExpectedSeries.Series(of));
      assertThat(to.metadata()).isEqualTo(metadata);
      long last = Long.MIN_VALUE;
      for (DynamicMessage sample : samples) {
        long millis = (long) PromProto.get(sample, "timestamp");
        assertThat(millis).as("in the order of time").isGreaterThan(last);
        last = millis;
        double value = (double) PromProto.get(sample, "value");
        put(to, millis, new ExpectedSeries.Sample(bits(value), "", start(sample)));
      }
      for (DynamicMessage histogram : histograms) {
        long millis = (long) PromProto.get(histogram, "timestamp");
        assertThat(millis).isGreaterThan(last);
        last = millis;
        put(to, millis, new ExpectedSeries.Sample(0, text(histogram), start(histogram)));
      }
      for (DynamicMessage exemplar : PromProto.list(in, "exemplars")) {
        to.exemplars()
            .add(
                ExpectedSeries.exemplarText(
                    labels(request, exemplar),
                    (double) PromProto.get(exemplar, "value"),
                    (long) PromProto.get(exemplar, "timestamp")));
      }
      return labels;
    }

    private static void put(ExpectedSeries.Series to, long millis, ExpectedSeries.Sample sample) {
      assertThat(to.samples().put(millis, sample)).as("two of one time").isNull();
    }

    private long start(DynamicMessage sample) {
      return v2 ? (long) PromProto.get(sample, "start_timestamp") : 0;
    }

    private static long bits(double value) {
      return Double.doubleToRawLongBits(value);
    }

    private static String text(DynamicMessage histogram) {
      double sum = (double) PromProto.get(histogram, "sum");
      if (bits(sum) == ExpectedSeries.STALE) {
        return "stale";
      }
      return ExpectedSeries.nativeText(
          (int) PromProto.get(histogram, "schema"),
          (double) PromProto.get(histogram, "zero_threshold"),
          (long) PromProto.get(histogram, "zero_count_int"),
          (long) PromProto.get(histogram, "count_int"),
          sum,
          buckets(histogram, "positive"),
          buckets(histogram, "negative"));
    }

    private static Map<Long, Long> buckets(DynamicMessage histogram, String side) {
      List<?> deltas = (List<?>) PromProto.get(histogram, side + "_deltas");
      Map<Long, Long> counts = new TreeMap<>();
      long index = 0;
      long count = 0;
      int at = 0;
      for (DynamicMessage span : PromProto.list(histogram, side + "_spans")) {
        index += (int) PromProto.get(span, "offset");
        for (int i = (int) PromProto.get(span, "length"); i > 0; i--) {
          count += (long) deltas.get(at++);
          counts.put(index++, count);
        }
      }
      assertThat(at).isEqualTo(deltas.size());
      counts.values().removeIf(n -> n == 0);
      return counts;
    }
  }
}
