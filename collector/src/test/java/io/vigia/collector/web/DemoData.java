package io.vigia.collector.web;

import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;

import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.store.LocalStore;
import io.vigia.collector.store.Otlp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What the demo applications send, without them: guestbook → Redis, guestbook → classifier, with
 * logs and metrics. The same seed gives the same data.
 */
final class DemoData {
  private static final long MILLI = 1_000_000L;
  private static final long SECOND = 1_000 * MILLI;
  private static final double[] BOUNDS = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

  private final LocalStore store;
  private final Random random;
  private final Map<String, List<Span>> spans = new LinkedHashMap<>();
  private final Map<String, List<LogRecord>> logs = new LinkedHashMap<>();
  private final Map<String, long[]> counted = new LinkedHashMap<>();
  private long sequence;
  private int traces;

  DemoData(LocalStore store, long seed) {
    this.store = store;
    this.random = new Random(seed);
  }

  int traces() {
    return traces;
  }

  /** Requests from {@code fromNanos} to {@code toNanos}, about this many a second. */
  void requests(long fromNanos, long toNanos, double perSecond) throws Exception {
    double at = fromNanos;
    while (true) {
      double wave = 1 + 0.6 * Math.sin(at / SECOND / 90);
      at += -Math.log(1 - random.nextDouble()) / (perSecond * wave) * SECOND;
      if (at >= toNanos) {
        break;
      }
      request((long) at);
      if (traces % 500 == 0) {
        flush();
      }
    }
    flush();
  }

  private String id(int bytes) {
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < bytes; i++) {
      hex.append("%02x".formatted(random.nextInt(256)));
    }
    return hex.toString();
  }

  private long latency(double median) {
    double ms = median * Math.exp(random.nextGaussian() * 0.45);
    return (long) ((random.nextInt(50) == 0 ? ms * (4 + random.nextInt(8)) : ms) * MILLI);
  }

  private void request(long start) {
    traces++;
    String trace = id(16);
    String root = id(8);
    int kind = random.nextInt(10);
    boolean write = kind < 3;
    boolean picture = kind == 0;
    String route = write ? "/rpush/guestbook/{value}" : kind < 9 ? "/lrange/guestbook" : "/info";
    long redis = latency(write ? 1.4 : 0.8);
    long at = start + latency(0.9);
    if (kind < 9) {
      add(
          "guestbook",
          Otlp.span(trace, id(8), root, write ? "RPUSH" : "LRANGE", SPAN_KIND_CLIENT, at, redis)
              .addAttributes(Otlp.attribute("db.system", "redis"))
              .addAttributes(Otlp.attribute("server.address", "127.0.0.1"))
              .addAttributes(Otlp.attribute("server.port", write ? 6379 : 6380)));
      at += redis;
    }
    boolean failed = false;
    if (picture) {
      String client = id(8);
      String server = id(8);
      long inference = latency(22);
      failed = random.nextInt(12) == 0;
      String inner = id(8);
      add(
          "classifier",
          Otlp.span(
              trace,
              inner,
              server,
              "Model.classify",
              SPAN_KIND_INTERNAL,
              at + 3 * MILLI,
              inference));
      log(
          "classifier",
          at + 3 * MILLI + inference / 2,
          failed ? 17 : 9,
          failed
              ? "Cannot read the picture: not a JPEG or PNG file"
              : "The input picture is classified as [dog], with probability 0.97",
          trace,
          inner,
          failed ? "java.io.IOException" : "");
      Span.Builder served =
          Otlp.span(
                  trace,
                  server,
                  client,
                  "POST /predict",
                  SPAN_KIND_SERVER,
                  at + 2 * MILLI,
                  inference + 2 * MILLI)
              .addAttributes(Otlp.attribute("http.route", "/predict"))
              .addAttributes(Otlp.attribute("http.response.status_code", failed ? 500 : 200));
      if (failed) {
        served
            .setStatus(Otlp.error("not a picture"))
            .addEvents(
                Span.Event.newBuilder()
                    .setName("exception")
                    .setTimeUnixNano(at + 3 * MILLI)
                    .addAttributes(Otlp.attribute("exception.type", "java.io.IOException"))
                    .addAttributes(
                        Otlp.attribute(
                            "exception.stacktrace",
                            "java.io.IOException: not a picture\n\tat Classifier.read(Classifier.java:41)")));
      }
      add("classifier", served);
      add(
          "guestbook",
          Otlp.span(trace, client, root, "POST", SPAN_KIND_CLIENT, at, inference + 5 * MILLI)
              .addAttributes(Otlp.attribute("server.address", "127.0.0.1"))
              .addAttributes(Otlp.attribute("server.port", 5000)));
      at += inference + 5 * MILLI;
      count("classifier", (inference + 2 * MILLI) / 1e9);
    }
    at += latency(0.7);
    Span.Builder top =
        Otlp.span(
                trace,
                root,
                "",
                (write ? "POST " : "GET ") + route,
                SPAN_KIND_SERVER,
                start,
                at - start)
            .addAttributes(Otlp.attribute("http.route", route))
            .addAttributes(Otlp.attribute("http.request.method", write ? "POST" : "GET"))
            .addAttributes(Otlp.attribute("http.response.status_code", failed ? 502 : 200));
    if (failed) {
      top.setStatus(Otlp.error("classifier answered 500"));
      log(
          "guestbook",
          at,
          13,
          "Picture was not classified, entry kept without a name",
          trace,
          root,
          "");
    }
    log(
        "guestbook",
        start + MILLI / 2,
        write ? 9 : 5,
        write ? "Entry added to list guestbook" : "Read 20 entries of list guestbook",
        trace,
        root,
        "");
    add("guestbook", top);
    count("guestbook", (at - start) / 1e9);
  }

  private void add(String service, Span.Builder span) {
    spans.computeIfAbsent(service, k -> new ArrayList<>()).add(span.build());
  }

  private void log(
      String service, long at, int severity, String body, String trace, String span, String error) {
    LogRecord.Builder log =
        Otlp.log(at, severity, body)
            .setTraceId(Otlp.id(trace))
            .setSpanId(Otlp.id(span))
            .addAttributes(Otlp.attribute("thread.name", "http-" + random.nextInt(8)));
    if (!error.isEmpty()) {
      log.addAttributes(Otlp.attribute("exception.type", error));
    }
    logs.computeIfAbsent(service, k -> new ArrayList<>()).add(log.build());
  }

  private void count(String service, double seconds) {
    long[] buckets = counted.computeIfAbsent(service, k -> new long[BOUNDS.length + 2]);
    int i = 0;
    while (i < BOUNDS.length && seconds > BOUNDS[i]) {
      i++;
    }
    buckets[i]++;
    buckets[BOUNDS.length + 1]++;
  }

  /** One reading of each service's metrics. */
  void metrics(long at) throws Exception {
    for (String service : List.of("guestbook", "classifier")) {
      List<Metric> metrics = new ArrayList<>();
      double phase = at / (double) SECOND / 40 + service.length();
      for (String type : List.of("heap", "non_heap")) {
        double value = type.equals("heap") ? 90e6 + 40e6 * (phase % 1) : 62e6;
        metrics.add(
            gauge("jvm.memory.used", "By", at, value, "jvm.memory.type", type, "Memory in use."));
      }
      metrics.add(
          gauge(
              "jvm.cpu.recent_utilization",
              "1",
              at,
              0.12 + 0.08 * Math.sin(phase),
              "",
              "",
              "Recent CPU utilization of the process."));
      metrics.add(
          gauge("jvm.thread.count", "{thread}", at, 24 + (int) (phase % 5), "", "", "Threads."));
      long[] buckets = counted.getOrDefault(service, new long[BOUNDS.length + 2]);
      HistogramDataPoint.Builder point =
          HistogramDataPoint.newBuilder()
              .setTimeUnixNano(at)
              .setCount(buckets[BOUNDS.length + 1])
              .setSum(buckets[BOUNDS.length + 1] * 0.02)
              .addAttributes(Otlp.attribute("http.request.method", "GET"));
      for (double bound : BOUNDS) {
        point.addExplicitBounds(bound);
      }
      for (int i = 0; i <= BOUNDS.length; i++) {
        point.addBucketCounts(buckets[i]);
      }
      metrics.add(
          Metric.newBuilder()
              .setName("http.server.request.duration")
              .setDescription("Duration of HTTP server requests.")
              .setUnit("s")
              .setHistogram(
                  Histogram.newBuilder()
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                      .addDataPoints(point))
              .build());
      metrics.add(
          Metric.newBuilder()
              .setName(service.equals("guestbook") ? "guestbook_entries" : "classifier_predictions")
              .setDescription("Counted by the application itself.")
              .setSum(
                  Sum.newBuilder()
                      .setIsMonotonic(true)
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                      .addDataPoints(
                          NumberDataPoint.newBuilder()
                              .setTimeUnixNano(at)
                              .setAsInt(buckets[BOUNDS.length + 1])))
              .build());
      export(Signal.METRICS, Otlp.metrics(service, metrics), metrics.size());
    }
  }

  /** One point of each series of a gauge. */
  void manySeries(String name, int count, long at) throws Exception {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      metrics.add(gauge(name, "1", at, i, "number", String.valueOf(i), "Many."));
    }
    export(Signal.METRICS, Otlp.metrics("many", metrics), count);
  }

  private static Metric gauge(
      String name,
      String unit,
      long at,
      double value,
      String label,
      String labelValue,
      String about) {
    NumberDataPoint.Builder point =
        NumberDataPoint.newBuilder().setTimeUnixNano(at).setAsDouble(value);
    if (!label.isEmpty()) {
      point.addAttributes(Otlp.attribute(label, labelValue));
    }
    return Metric.newBuilder()
        .setName(name)
        .setUnit(unit)
        .setDescription(about)
        .setGauge(Gauge.newBuilder().addDataPoints(point))
        .build();
  }

  /** A trace of this many spans, the way a loop over a database makes them. */
  String longTrace(long start, int size) throws Exception {
    String trace = id(16);
    String root = id(8);
    long step = 40 * MILLI / 100;
    add(
        "guestbook",
        Otlp.span(trace, root, "", "GET /report", SPAN_KIND_SERVER, start, size * step));
    String parent = root;
    for (int i = 1; i < size; i++) {
      String own = id(8);
      boolean group = i % 50 == 1;
      add(
          group ? "guestbook" : "classifier",
          Otlp.span(
              trace,
              own,
              group ? root : parent,
              group ? "Report.page" : "SELECT entry",
              group ? SPAN_KIND_INTERNAL : SPAN_KIND_CLIENT,
              start + i * step,
              (group ? Math.min(50, size - i) : 1) * step));
      parent = group ? own : parent;
    }
    flush();
    return trace;
  }

  void flush() throws Exception {
    for (Map.Entry<String, List<Span>> part : spans.entrySet()) {
      export(Signal.TRACES, Otlp.traces(part.getKey(), part.getValue()), part.getValue().size());
    }
    for (Map.Entry<String, List<LogRecord>> part : logs.entrySet()) {
      export(Signal.LOGS, Otlp.logs(part.getKey(), part.getValue()), part.getValue().size());
    }
    spans.clear();
    logs.clear();
  }

  private void export(Signal signal, byte[] payload, int items) throws Exception {
    io.vigia.collector.core.LogRecord record =
        new io.vigia.collector.core.LogRecord(
            new RecordId(1, 0, sequence++),
            signal,
            Envelope.now("demo", ""),
            items,
            ByteBuffer.wrap(payload));
    ExportResult result =
        store
            .exporter()
            .export(new ExportBatch(signal, List.of(new ExportBatch.Entry(record, null))))
            .get(30, TimeUnit.SECONDS);
    if (!result.retry().isEmpty() || !result.refused().isEmpty()) {
      throw new IllegalStateException("not stored: " + result);
    }
  }
}
