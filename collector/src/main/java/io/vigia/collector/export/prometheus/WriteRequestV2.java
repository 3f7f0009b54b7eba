package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.MetricPoint.Exemplar;
import io.vigia.collector.export.prometheus.WriteRequest.Key;
import io.vigia.collector.export.prometheus.WriteRequest.Sample;
import io.vigia.collector.export.prometheus.WriteRequest.Series;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The bytes of a remote write 2.0 request: every text once, in a table. Source:
 * io/prometheus/write/v2/types.proto. Used once.
 */
final class WriteRequestV2 {
  private static final int SYMBOLS = 4 << 3 | ProtoReader.LEN;
  private static final int TIMESERIES = 5 << 3 | ProtoReader.LEN;
  private static final int SERIES_LABELS_REFS = 1 << 3 | ProtoReader.LEN;
  private static final int SERIES_SAMPLES = 2 << 3 | ProtoReader.LEN;
  private static final int SERIES_HISTOGRAMS = 3 << 3 | ProtoReader.LEN;
  private static final int SERIES_EXEMPLARS = 4 << 3 | ProtoReader.LEN;
  private static final int SERIES_METADATA = 5 << 3 | ProtoReader.LEN;
  private static final int SAMPLE_VALUE = 1 << 3 | ProtoReader.FIXED64;
  private static final int SAMPLE_TIMESTAMP = 2 << 3 | ProtoReader.VARINT;
  private static final int SAMPLE_START_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;
  private static final int EXEMPLAR_LABELS_REFS = 1 << 3 | ProtoReader.LEN;
  private static final int EXEMPLAR_VALUE = 2 << 3 | ProtoReader.FIXED64;
  private static final int EXEMPLAR_TIMESTAMP = 3 << 3 | ProtoReader.VARINT;
  private static final int METADATA_TYPE = 1 << 3 | ProtoReader.VARINT;
  private static final int METADATA_HELP_REF = 3 << 3 | ProtoReader.VARINT;
  private static final int METADATA_UNIT_REF = 4 << 3 | ProtoReader.VARINT;

  private final Map<String, Integer> symbols = new LinkedHashMap<>();

  WriteRequestV2() {
    ref(""); // the specification wants it first
  }

  ProtoWriter encode(Map<Key, Series> series) {
    ProtoWriter all = new ProtoWriter(64 + series.size() * 64);
    series.forEach((key, one) -> series(all, key, one));
    ProtoWriter out = new ProtoWriter(all.size() + symbols.size() * 24);
    symbols.keySet().forEach(symbol -> out.string(SYMBOLS, symbol));
    out.raw(all.array(), 0, all.size());
    return out;
  }

  private int ref(String symbol) {
    Integer known = symbols.putIfAbsent(symbol, symbols.size());
    return known == null ? symbols.size() - 1 : known;
  }

  private void series(ProtoWriter out, Key key, Series series) {
    int message = out.begin(TIMESERIES);
    int refs = out.begin(SERIES_LABELS_REFS);
    WriteRequest.labels(
        key,
        series.extraLabel,
        (name, value) -> {
          out.packedVarint(ref(name));
          out.packedVarint(ref(value));
        });
    out.end(refs);
    for (Sample sample : series.samples) {
      // a start that is no earlier says nothing, and some receivers refuse it
      long start = sample.startMillis() < sample.timestampMillis() ? sample.startMillis() : 0;
      if (sample.histogram() != null) {
        sample.histogram().write(out, SERIES_HISTOGRAMS, sample.timestampMillis(), start);
      } else {
        int mark = out.begin(SERIES_SAMPLES);
        out.doubleValue(SAMPLE_VALUE, sample.value());
        out.varint(SAMPLE_TIMESTAMP, sample.timestampMillis());
        if (start > 0) {
          out.varint(SAMPLE_START_TIMESTAMP, start);
        }
        out.end(mark);
      }
    }
    for (Sample sample : series.samples) {
      for (Exemplar exemplar : sample.exemplars()) {
        exemplar(out, exemplar, sample.timestampMillis());
      }
    }
    int metadata = out.begin(SERIES_METADATA);
    out.varint(METADATA_TYPE, series.family.type().number);
    out.varint(METADATA_HELP_REF, ref(series.family.help()));
    out.varint(METADATA_UNIT_REF, ref(series.family.unit()));
    out.end(metadata);
    out.end(message);
  }

  private void exemplar(ProtoWriter out, Exemplar exemplar, long sampleMillis) {
    int mark = out.begin(SERIES_EXEMPLARS);
    int refs = out.begin(EXEMPLAR_LABELS_REFS);
    for (int i = 0; i < exemplar.labels().size(); i++) {
      out.packedVarint(ref(exemplar.labels().name(i)));
      out.packedVarint(ref(exemplar.labels().value(i)));
    }
    out.end(refs);
    out.doubleValue(EXEMPLAR_VALUE, exemplar.value());
    long millis = exemplar.timestampMillis();
    out.varint(EXEMPLAR_TIMESTAMP, millis > 0 ? millis : sampleMillis);
    out.end(mark);
  }
}
