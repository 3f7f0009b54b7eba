package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.export.prometheus.WriteRequest.Key;
import io.vigia.collector.export.prometheus.WriteRequest.Sample;
import io.vigia.collector.export.prometheus.WriteRequest.Series;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.Collection;
import java.util.Map;

/**
 * The bytes of a remote write 1.0 request. Source: prometheus/prompb/remote.proto and types.proto.
 */
final class WriteRequestV1 {
  private static final int TIMESERIES = 1 << 3 | ProtoReader.LEN;
  private static final int METADATA = 3 << 3 | ProtoReader.LEN;
  private static final int SERIES_LABELS = 1 << 3 | ProtoReader.LEN;
  private static final int SERIES_SAMPLES = 2 << 3 | ProtoReader.LEN;
  private static final int SERIES_EXEMPLARS = 3 << 3 | ProtoReader.LEN;
  private static final int SERIES_HISTOGRAMS = 4 << 3 | ProtoReader.LEN;
  private static final int LABEL_NAME = 1 << 3 | ProtoReader.LEN;
  private static final int LABEL_VALUE = 2 << 3 | ProtoReader.LEN;
  private static final int SAMPLE_VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int SAMPLE_TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final int EXEMPLAR_LABELS = 1 << 3 | ProtoReader.LEN;
  private static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  private static final int EXEMPLAR_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;
  private static final int METADATA_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int METADATA_NAME = 2 << 3 | ProtoReader.LEN;
  private static final int METADATA_HELP = 4 << 3 | ProtoReader.LEN;
  private static final int METADATA_UNIT = 5 << 3 | ProtoReader.LEN;

  ProtoWriter encode(Map<Key, Series> series, Collection<MetricFamily> families) {
    ProtoWriter out = new ProtoWriter(64 + series.size() * 128);
    series.forEach(
        (key, one) -> {
          int message = out.begin(TIMESERIES, 200);
          WriteRequest.labels(
              key, one.extraLabel, (name, value) -> label(out, SERIES_LABELS, name, value));
          for (Sample sample : one.samples) {
            if (sample.histogram() != null) {
              sample.histogram().write(out, SERIES_HISTOGRAMS, sample.timestampMillis(), 0);
            } else {
              int mark = out.begin(SERIES_SAMPLES);
              out.doubleValue(SAMPLE_VALUE, sample.value());
              out.varint(SAMPLE_TIMESTAMP, sample.timestampMillis());
              out.end(mark);
            }
          }
          for (Sample sample : one.samples) {
            for (Exemplar exemplar : sample.exemplars()) {
              exemplar(out, exemplar, sample.timestampMillis());
            }
          }
          out.end(message);
        });
    families.forEach(family -> metadata(out, family));
    return out;
  }

  private static void label(ProtoWriter out, int tag, String name, String value) {
    int mark = out.begin(tag);
    out.string(LABEL_NAME, name);
    out.string(LABEL_VALUE, value);
    out.end(mark);
  }

  private static void exemplar(ProtoWriter out, Exemplar exemplar, long sampleMillis) {
    int mark = out.begin(SERIES_EXEMPLARS);
    for (int i = 0; i < exemplar.labels().size(); i++) {
      label(out, EXEMPLAR_LABELS, exemplar.labels().name(i), exemplar.labels().value(i));
    }
    out.doubleValue(EXEMPLAR_VALUE, exemplar.value());
    long millis = exemplar.timestampMillis();
    out.varint(EXEMPLAR_TIMESTAMP, millis > 0 ? millis : sampleMillis);
    out.end(mark);
  }

  private static void metadata(ProtoWriter out, MetricFamily family) {
    int mark = out.begin(METADATA);
    out.varint(METADATA_TYPE, family.type().number);
    out.string(METADATA_NAME, family.name());
    out.string(METADATA_HELP, family.help());
    out.string(METADATA_UNIT, family.unit());
    out.end(mark);
  }
}
