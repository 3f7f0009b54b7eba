package io.vigia.collector.store;

import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.DataPointFlags;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogram;
import io.opentelemetry.proto.metrics.v1.ExponentialHistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Gauge;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.opentelemetry.proto.metrics.v1.Summary;
import io.opentelemetry.proto.metrics.v1.SummaryDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.store.MetricQuery.Statistic;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every pair of {@link StoreWriter} and {@link StoreReader} has to do. */
abstract class StoreContract {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  static final long SECOND = 1_000_000_000L;
  static final long MILLI = 1_000_000L;

  /** A moment in the past, on a whole second. */
  static final long NOW = 1_790_000_000L * SECOND;

  static final TimeRange RANGE =
      new TimeRange((NOW - 60 * SECOND) / 1000, (NOW + 60 * SECOND) / 1000);

  private long nextSequence;

  abstract StoreWriter writer();

  abstract StoreReader reader();

  /** Closes the store and opens it again on the same data. */
  abstract void restart() throws IOException;

  LogRecord record(Signal signal, long sequence, byte[] payload) {
    Envelope envelope = new Envelope(NOW, "test", "", Map.of("k8s.pod.name", "pod-1"));
    return new LogRecord(
        new RecordId(42, 1, sequence), signal, envelope, 1, ByteBuffer.wrap(payload));
  }

  ExportResult write(Signal signal, byte[]... payloads) throws IOException {
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (byte[] payload : payloads) {
      entries.add(new ExportBatch.Entry(record(signal, nextSequence++, payload), null));
    }
    return writer().write(new ExportBatch(signal, entries));
  }

  static String spanId(int number) {
    return "%016x".formatted(number);
  }

  /** Browser request → shop → (redis, pricing). */
  void writeShopTrace(String trace, long start) throws IOException {
    write(
        Signal.TRACES,
        Otlp.traces(
            "shop",
            List.of(
                Otlp.span(trace, spanId(1), "", "GET /cart", SPAN_KIND_SERVER, start, 100 * MILLI)
                    .addAttributes(Otlp.attribute("http.route", "/cart"))
                    .addAttributes(Otlp.attribute("http.response.status_code", 200))
                    .build(),
                Otlp.span(
                        trace,
                        spanId(2),
                        spanId(1),
                        "HGETALL",
                        SPAN_KIND_CLIENT,
                        start + 5 * MILLI,
                        2 * MILLI)
                    .addAttributes(Otlp.attribute("db.system", "redis"))
                    .build(),
                Otlp.span(
                        trace,
                        spanId(3),
                        spanId(1),
                        "POST",
                        SPAN_KIND_CLIENT,
                        start + 10 * MILLI,
                        80 * MILLI)
                    .addAttributes(Otlp.attribute("server.address", "pricing"))
                    .build())),
        Otlp.traces(
            "pricing",
            List.of(
                Otlp.span(
                        trace,
                        spanId(4),
                        spanId(3),
                        "POST /price",
                        SPAN_KIND_SERVER,
                        start + 12 * MILLI,
                        70 * MILLI)
                    .setStatus(Otlp.error("no price"))
                    .addEvents(
                        Span.Event.newBuilder()
                            .setName("exception")
                            .setTimeUnixNano(start + 20 * MILLI)
                            .addAttributes(Otlp.attribute("exception.message", "a \"b\"\n")))
                    .addLinks(Span.Link.newBuilder().setTraceId(Otlp.id(trace)))
                    .build())));
  }

  @Test
  void anEmptyStoreAnswersEverything() throws IOException {
    assertThat(reader().services(RANGE, null, 10)).isEmpty();
    assertThat(reader().operations(RANGE, "x")).isEmpty();
    assertThat(reader().heatmap(RANGE, "x", null, 10).cells()).isEmpty();
    assertThat(reader().serviceMap(RANGE).nodes()).isEmpty();
    assertThat(reader().traces(TraceQuery.all(RANGE, 10))).isEmpty();
    assertThat(reader().trace(TRACE, 10)).isNull();
    assertThat(reader().logs(LogQuery.all(RANGE, 10)).logs()).isEmpty();
    assertThat(reader().logFacets(LogQuery.all(RANGE, 10), 10).total()).isZero();
    assertThat(reader().metrics(null)).isEmpty();
    assertThat(
            reader()
                .query(
                    new MetricQuery(
                        RANGE, "x", null, List.of(), Statistic.AUTO, null, 1_000_000, 10))
                .lines())
        .isEmpty();
  }

  @Test
  void aTraceAcrossServicesIsReadBackWhole() throws IOException {
    writeShopTrace(TRACE, NOW);
    TraceData.Trace trace = trace(100);
    assertThat(trace.durationNanos()).isEqualTo(100 * MILLI);
    assertThat(trace.startUnixMicros()).isEqualTo(NOW / 1000);
    assertThat(trace.spans())
        .extracting(TraceData.Span::name)
        .containsExactly("GET /cart", "HGETALL", "POST", "POST /price");
    TraceData.Span root = trace.spans().get(0);
    assertThat(root.parentSpanId()).isEmpty();
    assertThat(root.kind()).isEqualTo("SERVER");
    assertThat(root.attributes())
        .isEqualTo("{\"http.route\":\"/cart\",\"http.response.status_code\":200}");
    assertThat(root.httpStatus()).isEqualTo(200);
    assertThat(root.scope()).isEqualTo("io.vigia.test");
    TraceData.Span last = trace.spans().get(3);
    assertThat(last.service()).isEqualTo("pricing");
    assertThat(last.parentSpanId()).isEqualTo(spanId(3));
    assertThat(last.offsetNanos()).isEqualTo(12 * MILLI);
    assertThat(last.status()).isEqualTo("ERROR");
    assertThat(last.statusMessage()).isEqualTo("no price");
    assertThat(last.events())
        .contains("{\"exception.message\":\"a \\\"b\\\"\\n\"}")
        .contains("\"timeUnixMicros\":" + (NOW / 1000 + 20_000));
    assertThat(last.links()).contains("\"traceId\":\"" + TRACE + "\"");
    assertThat(trace.spans().get(1).peer()).isEqualTo("redis");
    assertThat(Objects.requireNonNull(trace.resources().get(root.resource())).text())
        .contains("\"service.name\":\"shop\"")
        .contains("\"k8s.pod.name\":\"pod-1\"");
  }

  private TraceData.Trace trace(int maxSpans) throws IOException {
    return Objects.requireNonNull(reader().trace(TRACE, maxSpans));
  }

  @Test
  void aTraceLongerThanAskedSaysSo() throws IOException {
    writeShopTrace(TRACE, NOW);
    TraceData.Trace trace = trace(2);
    assertThat(trace.spans()).hasSize(2);
    assertThat(trace.totalSpans()).isEqualTo(4);
  }

  @Test
  void tracesAreFoundByEachCondition() throws IOException {
    String other = "1".repeat(32);
    writeShopTrace(TRACE, NOW);
    write(
        Signal.TRACES,
        Otlp.traces(
            "jobs",
            List.of(
                Otlp.span(other, spanId(9), "", "nightly", SPAN_KIND_INTERNAL, NOW + SECOND, SECOND)
                    .addAttributes(Otlp.attribute("rows", 5))
                    .build())));
    assertThat(ids(TraceQuery.all(RANGE, 10))).containsExactly(other, TRACE);
    assertThat(ids(TraceQuery.all(RANGE, 1))).containsExactly(other);
    assertThat(ids(query("shop", null, 0, Long.MAX_VALUE, false, List.of())))
        .containsExactly(TRACE);
    assertThat(ids(query(null, "nightly", 0, Long.MAX_VALUE, false, List.of())))
        .containsExactly(other);
    assertThat(ids(query(null, null, 100 * MILLI + 1, Long.MAX_VALUE, false, List.of())))
        .containsExactly(other);
    assertThat(ids(query(null, null, 0, SECOND, false, List.of()))).containsExactly(TRACE);
    assertThat(ids(query(null, null, 0, Long.MAX_VALUE, true, List.of()))).containsExactly(TRACE);
    for (String filter :
        List.of("http.route=/cart", "http.response.status_code=200", "http.route")) {
      assertThat(
              ids(
                  query(
                      null,
                      null,
                      0,
                      Long.MAX_VALUE,
                      false,
                      List.of(AttributeFilter.parse(filter)))))
          .as(filter)
          .containsExactly(TRACE);
    }
    assertThat(
            ids(
                query(
                    null,
                    null,
                    0,
                    Long.MAX_VALUE,
                    false,
                    List.of(AttributeFilter.parse("rows=5")))))
        .containsExactly(other);
    assertThat(
            ids(
                query(
                    null,
                    null,
                    0,
                    Long.MAX_VALUE,
                    false,
                    List.of(AttributeFilter.parse("http.route=/car")))))
        .isEmpty();
    // of the resource
    assertThat(
            ids(
                query(
                    "jobs",
                    null,
                    0,
                    Long.MAX_VALUE,
                    false,
                    List.of(AttributeFilter.parse("k8s.pod.name=pod-1")))))
        .containsExactly(other);
    TraceData.Summary summary = reader().traces(TraceQuery.all(RANGE, 10)).get(1);
    assertThat(summary.rootService()).isEqualTo("shop");
    assertThat(summary.rootName()).isEqualTo("GET /cart");
    assertThat(summary.services()).containsExactly(Map.entry("shop", 3L), Map.entry("pricing", 1L));
    assertThat(summary.peers()).containsExactly("redis");
    assertThat(summary.spans()).isEqualTo(4);
    assertThat(summary.errors()).isEqualTo(1);
    assertThat(summary.durationNanos()).isEqualTo(100 * MILLI);
  }

  static TraceQuery query(
      @Nullable String service,
      @Nullable String operation,
      long min,
      long max,
      boolean errors,
      List<AttributeFilter> attributes) {
    return new TraceQuery(
        RANGE, service, operation, min, max, errors, false, attributes, false, 10);
  }

  List<String> ids(TraceQuery query) throws IOException {
    return reader().traces(query).stream().map(TraceData.Summary::traceId).toList();
  }

  @Test
  void servicesHaveRateErrorsAndDuration() throws IOException {
    for (int i = 0; i < 100; i++) {
      writeShopTrace("%032x".formatted(i + 1), NOW - 50 * SECOND + i * SECOND);
    }
    List<ServiceData.Summary> services = reader().services(RANGE, null, 12);
    assertThat(services)
        .extracting(ServiceData.Summary::service)
        .containsExactly("pricing", "shop");
    ServiceData.Summary shop = services.get(1);
    assertThat(shop.basis()).isEqualTo(ServiceData.Basis.SPANS);
    assertThat(shop.requests()).isEqualTo(100);
    assertThat(shop.errors()).isZero();
    assertThat(shop.requestsPerSecond()).isBetween(0.83, 0.84);
    assertThat(shop.p50Nanos()).isEqualTo(100 * MILLI);
    assertThat(shop.p99Nanos()).isEqualTo(100 * MILLI);
    assertThat(shop.sparkRequests()).hasSize(12);
    assertThat(shop.sparkRequests().stream().mapToLong(Long::longValue).sum()).isEqualTo(100);
    assertThat(services.get(0).errors()).isEqualTo(100);
    assertThat(reader().operations(RANGE, "shop"))
        .singleElement()
        .satisfies(o -> assertThat(o.operation()).isEqualTo("GET /cart"));
    ServiceData.ServiceMap map = reader().serviceMap(RANGE);
    assertThat(map.edges())
        .extracting(e -> e.from() + "→" + e.to() + " " + e.requests())
        .containsExactlyInAnyOrder("shop→pricing 100", "shop→redis 100");
    assertThat(map.nodes())
        .extracting(n -> n.name() + " " + n.kind())
        .containsExactlyInAnyOrder("shop service", "pricing service", "redis database");
  }

  @Test
  void everyHeatmapCellGivesExactlyItsTraces() throws IOException {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      spans.add(
          Otlp.span(
                  "%032x".formatted(i + 1),
                  spanId(1),
                  "",
                  "GET",
                  SPAN_KIND_SERVER,
                  NOW - 60 * SECOND + i * 400 * MILLI,
                  (long) Math.pow(1.09, i))
              .build());
    }
    write(Signal.TRACES, Otlp.traces("shop", spans));
    ServiceData.Heatmap map = reader().heatmap(RANGE, "shop", null, 7);
    assertThat(map.cells().stream().mapToLong(ServiceData.Cell::count).sum()).isEqualTo(300);
    for (ServiceData.Cell cell : map.cells()) {
      long from = map.fromUnixMicros() + cell.column() * map.columnMicros();
      ServiceData.Row row = map.rows().get(cell.row());
      TraceQuery query =
          new TraceQuery(
              new TimeRange(from, Math.min(from + map.columnMicros(), RANGE.toUnixMicros())),
              "shop",
              null,
              row.minNanos(),
              row.maxNanos(),
              false,
              true,
              List.of(),
              false,
              1000);
      assertThat(reader().traces(query)).as("%s %s", cell, row).hasSize((int) cell.count());
    }
  }

  @Test
  void logsAreFoundAndCounted() throws IOException {
    writeShopTrace(TRACE, NOW);
    write(
        Signal.LOGS,
        Otlp.logs(
            "shop",
            List.of(
                Otlp.log(NOW, 9, "cart of user 5 shown")
                    .setTraceId(Otlp.id(TRACE))
                    .setSpanId(Otlp.id(spanId(1)))
                    .build(),
                Otlp.log(NOW + SECOND, 17, "Payment FAILED: 100%")
                    .setTraceId(Otlp.id(TRACE))
                    .setSpanId(Otlp.id(spanId(1)))
                    .addAttributes(Otlp.attribute("exception.type", "java.io.IOException"))
                    .build(),
                Otlp.log(NOW + 2 * SECOND, 0, "plain").setSeverityText("warning").build())));
    assertThat(bodies(LogQuery.all(RANGE, 10)))
        .containsExactly("plain", "Payment FAILED: 100%", "cart of user 5 shown");
    assertThat(bodies(LogQuery.ofTrace(TRACE, 10)))
        .containsExactly("Payment FAILED: 100%", "cart of user 5 shown");
    assertThat(bodies(logs(List.of("ERROR"), null, List.of())))
        .containsExactly("Payment FAILED: 100%");
    assertThat(bodies(logs(List.of("WARN", "INFO"), null, List.of())))
        .containsExactly("plain", "cart of user 5 shown");
    assertThat(bodies(logs(List.of(), "failed: 100%", List.of())))
        .containsExactly("Payment FAILED: 100%");
    assertThat(bodies(logs(List.of(), "IOEXCEPTION", List.of())))
        .containsExactly("Payment FAILED: 100%");
    assertThat(
            bodies(
                logs(
                    List.of(),
                    null,
                    List.of(AttributeFilter.parse("exception.type=java.io.IOException")))))
        .containsExactly("Payment FAILED: 100%");
    LogData.Log error = reader().logs(logs(List.of("ERROR"), null, List.of())).logs().get(0);
    assertThat(error.traceId()).isEqualTo(TRACE);
    assertThat(error.spanId()).isEqualTo(spanId(1));
    assertThat(error.service()).isEqualTo("shop");
    assertThat(error.resource()).contains("\"service.name\":\"shop\"");
    TraceData.Span root = trace(10).spans().get(0);
    assertThat(root.logs()).isEqualTo(2);
    assertThat(root.errorLogs()).isEqualTo(1);
    LogData.Facets facets = reader().logFacets(logs(List.of("ERROR"), null, List.of()), 10);
    assertThat(facets.total()).isEqualTo(1);
    assertThat(facets.levels())
        .containsExactly(Map.entry("ERROR", 1L), Map.entry("WARN", 1L), Map.entry("INFO", 1L));
    assertThat(facets.services()).containsExactly(Map.entry("shop", 1L));
    assertThat(facets.buckets()).hasSize(10);
  }

  @Test
  void pagesOfLogsHaveNoGapsAndNoRepeats() throws IOException {
    List<io.opentelemetry.proto.logs.v1.LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      records.add(Otlp.log(NOW + i / 5 * SECOND, 9, "line " + i).build()); // five at each time
    }
    write(Signal.LOGS, Otlp.logs("shop", records));
    List<String> seen = new ArrayList<>();
    @Nullable String cursor = null;
    do {
      LogData.Page page = reader().logs(with(cursor, -1, 4));
      page.logs().forEach(log -> seen.add(log.body()));
      cursor = page.nextCursor();
    } while (cursor != null);
    assertThat(seen).hasSize(25).doesNotHaveDuplicates();
    assertThat(seen.get(0)).isEqualTo("line 24");
  }

  @Test
  void tailGivesWhatArrivedSinceInOrderOfArrival() throws IOException {
    write(Signal.LOGS, Otlp.logs("shop", List.of(Otlp.log(NOW, 9, "old").build())));
    long seq = reader().logs(LogQuery.all(RANGE, 10)).tailSeq();
    write(Signal.LOGS, Otlp.logs("shop", List.of(Otlp.log(NOW + 5, 9, "first").build())));
    write(Signal.LOGS, Otlp.logs("shop", List.of(Otlp.log(NOW + 1, 9, "second").build())));
    LogData.Page page = reader().logs(with(null, seq, 1));
    assertThat(page.logs()).extracting(LogData.Log::body).containsExactly("first");
    page = reader().logs(with(null, page.tailSeq(), 10));
    assertThat(page.logs()).extracting(LogData.Log::body).containsExactly("second");
    restart();
    assertThat(reader().logs(with(null, page.tailSeq(), 10)).logs()).isEmpty();
    write(Signal.LOGS, Otlp.logs("shop", List.of(Otlp.log(NOW, 9, "third").build())));
    assertThat(reader().logs(with(null, page.tailSeq(), 10)).logs())
        .extracting(LogData.Log::body)
        .containsExactly("third");
  }

  static LogQuery logs(
      List<String> levels, @Nullable String text, List<AttributeFilter> attributes) {
    return new LogQuery(RANGE, List.of(), levels, text, null, null, null, attributes, null, -1, 10);
  }

  static LogQuery with(@Nullable String before, long after, int limit) {
    return new LogQuery(
        RANGE, List.of(), List.of(), null, null, null, null, List.of(), before, after, limit);
  }

  List<String> bodies(LogQuery query) throws IOException {
    return reader().logs(query).logs().stream().map(LogData.Log::body).toList();
  }

  @Test
  void recordsThatAreThereAlreadyAreNotStoredTwice() throws IOException {
    byte[] payload = Otlp.logs("shop", List.of(Otlp.log(NOW, 9, "once").build()));
    List<ExportBatch.Entry> entries =
        List.of(
            new ExportBatch.Entry(record(Signal.LOGS, 0, payload), null),
            new ExportBatch.Entry(record(Signal.LOGS, 1, payload), null));
    assertThat(writer().write(new ExportBatch(Signal.LOGS, entries)).duplicates()).isZero();
    assertThat(writer().write(new ExportBatch(Signal.LOGS, entries)).duplicates()).isEqualTo(2);
    restart();
    List<ExportBatch.Entry> more = new ArrayList<>(entries);
    more.add(new ExportBatch.Entry(record(Signal.LOGS, 2, payload), null));
    assertThat(writer().write(new ExportBatch(Signal.LOGS, more)).duplicates()).isEqualTo(2);
    assertThat(bodies(LogQuery.all(RANGE, 10))).hasSize(3);
    // the same positions of another signal are another log's
    byte[] span =
        Otlp.traces(
            "shop",
            List.of(Otlp.span(TRACE, spanId(1), "", "x", SPAN_KIND_SERVER, NOW, 1).build()));
    ExportBatch other =
        new ExportBatch(
            Signal.TRACES, List.of(new ExportBatch.Entry(record(Signal.TRACES, 0, span), null)));
    assertThat(writer().write(other).duplicates()).isZero();
    assertThat(reader().trace(TRACE, 10)).isNotNull();
  }

  private ExportResult writeAgain(int epoch, long... sequences) throws IOException {
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (long sequence : sequences) {
      byte[] payload = Otlp.logs("shop", List.of(Otlp.log(NOW, 9, epoch + "-" + sequence).build()));
      LogRecord like = record(Signal.LOGS, sequence, payload);
      RecordId id = new RecordId(42, epoch, sequence);
      entries.add(
          new ExportBatch.Entry(
              new LogRecord(id, Signal.LOGS, like.envelope(), 1, like.payload()), null));
    }
    return writer().write(new ExportBatch(Signal.LOGS, entries));
  }

  /** As dead letters that are retried, or what was skipped and is asked for again. */
  @Test
  void whatWasPassedOverIsStoredWhenItComesLaterAndOnlyThen() throws IOException {
    assertThat(writeAgain(1, 5, 6, 9).duplicates()).isZero();
    assertThat(writeAgain(1, 7, 6).duplicates()).isEqualTo(1);
    restart();
    assertThat(writeAgain(1, 7, 5, 9, 10).duplicates()).isEqualTo(3);
    assertThat(writeAgain(1, 0, 8).duplicates()).isZero();
    // the log's process died and began again
    assertThat(writeAgain(2, 11, 13).duplicates()).isZero();
    assertThat(writeAgain(2, 12, 11).duplicates()).isEqualTo(1);
    restart();
    assertThat(writeAgain(1, 0, 5, 6, 7, 8, 9, 10).duplicates()).isEqualTo(7);
    assertThat(writeAgain(2, 11, 12, 13).duplicates()).isEqualTo(3);
    assertThat(writeAgain(1, 4, 3).duplicates()).isZero();
    assertThat(bodies(LogQuery.all(RANGE, 100)))
        .containsExactlyInAnyOrder(
            "1-0", "1-3", "1-4", "1-5", "1-6", "1-7", "1-8", "1-9", "1-10", "2-11", "2-12", "2-13");
  }

  @Test
  void aMalformedRecordIsRefusedAndItsNeighboursStored() throws IOException {
    byte[] good = Otlp.logs("shop", List.of(Otlp.log(NOW, 9, "good").build()));
    byte[] cut = java.util.Arrays.copyOf(good, good.length - 3);
    ExportResult result = write(Signal.LOGS, good, cut, good);
    assertThat(result.refused())
        .singleElement()
        .satisfies(
            r -> {
              assertThat(r.entry()).isEqualTo(1);
              assertThat(r.item()).isEqualTo(-1);
              assertThat(r.reason()).isEqualTo("malformed");
            });
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("good", "good");
  }

  @Test
  void strangeTextIsKept() throws IOException {
    String strange = "Überraschung \u0000 \uD83D\uDE00 \t \"quoted\" \\ ' ; DROP TABLE logs; --";
    write(
        Signal.LOGS,
        Otlp.logs(
            strange,
            List.of(
                Otlp.log(NOW, 9, strange)
                    .addAttributes(Otlp.attribute(strange, strange))
                    .build())));
    assertThat(bodies(logs(List.of(), null, List.of(new AttributeFilter(strange, strange)))))
        .containsExactly(strange);
    assertThat(bodies(logs(List.of(), strange, List.of()))).containsExactly(strange);
    assertThat(reader().services(RANGE, null, 1).get(0).service()).isEqualTo(strange);
  }

  @Test
  void metricsAreReadBackByStep() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i <= 6; i++) {
      long time = NOW - 60 * SECOND + i * 10 * SECOND;
      for (String pool : List.of("a", "b")) {
        metrics.add(
            Metric.newBuilder()
                .setName("jvm.memory.used")
                .setUnit("By")
                .setGauge(
                    Gauge.newBuilder()
                        .addDataPoints(
                            NumberDataPoint.newBuilder()
                                .setTimeUnixNano(time)
                                .addAttributes(Otlp.attribute("pool", pool))
                                .setAsInt(pool.equals("a") ? 100 : 200)))
                .build());
      }
      metrics.add(
          Metric.newBuilder()
              .setName("requests")
              .setSum(
                  Sum.newBuilder()
                      .setIsMonotonic(true)
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                      .addDataPoints(
                          NumberDataPoint.newBuilder()
                              .setTimeUnixNano(time)
                              .setAsDouble(i < 4 ? i * 50 : (i - 4) * 50))) // begins again at 4
              .build());
    }
    write(Signal.METRICS, Otlp.metrics("shop", metrics));
    assertThat(reader().metrics(null))
        .extracting(m -> m.name() + " " + m.type() + " " + m.unit() + " " + m.series())
        .containsExactly("jvm.memory.used gauge By 2", "requests sum  1");
    assertThat(reader().series("jvm.memory.used", "shop", 10))
        .extracting(s -> s.labels().text())
        .containsExactly("{\"pool\":\"a\"}", "{\"pool\":\"b\"}");
    MetricData.Result memory = metric("jvm.memory.used", Statistic.AUTO, null);
    assertThat(memory.lines())
        .extracting(MetricData.Line::label)
        .containsExactly("pool=b", "pool=a");
    assertThat(memory.lines().get(0).values()).contains(200.0).doesNotContain(100.0);
    MetricData.Result rate = metric("requests", Statistic.AUTO, null);
    assertThat(rate.statistic()).isEqualTo("rate");
    assertThat(values("requests", Statistic.AUTO))
        .hasSizeBetween(6, 7)
        .contains(5.0)
        .allSatisfy(v -> assertThat(v).isBetween(0.0, 5.0)); // less when it began again
    assertThat(metric("jvm.memory.used", Statistic.AUTO, "pool").lines()).hasSize(2);
  }

  MetricData.Result metric(String name, Statistic statistic, @Nullable String groupBy)
      throws IOException {
    return reader()
        .query(new MetricQuery(RANGE, name, null, List.of(), statistic, groupBy, 10_000_000, 10));
  }

  @Test
  void percentilesComeFromHistogramsOfEachKind() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i <= 3; i++) {
      long time = NOW - 60 * SECOND + i * 15 * SECOND;
      metrics.add(
          Metric.newBuilder()
              .setName("http.server.request.duration")
              .setUnit("s")
              .setHistogram(
                  Histogram.newBuilder()
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                      .addDataPoints(
                          HistogramDataPoint.newBuilder()
                              .setTimeUnixNano(time)
                              .setCount(100L * i)
                              .setSum(10.0 * i)
                              .addAllExplicitBounds(List.of(0.1, 0.2, 1.0))
                              .addAllBucketCounts(List.of(50L * i, 45L * i, 5L * i, 0L))))
              .build());
      metrics.add(
          Metric.newBuilder()
              .setName("exponential")
              .setExponentialHistogram(
                  ExponentialHistogram.newBuilder()
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                      .addDataPoints(
                          ExponentialHistogramDataPoint.newBuilder()
                              .setTimeUnixNano(time)
                              .setCount(4)
                              .setSum(24)
                              .setScale(0)
                              .setPositive(
                                  ExponentialHistogramDataPoint.Buckets.newBuilder()
                                      .setOffset(2)
                                      .addAllBucketCounts(List.of(4L))))) // all in (4, 8]
              .build());
      metrics.add(
          Metric.newBuilder()
              .setName("summary")
              .setSummary(
                  Summary.newBuilder()
                      .addDataPoints(
                          SummaryDataPoint.newBuilder()
                              .setTimeUnixNano(time)
                              .setCount(10L * i)
                              .setSum(20.0 * i)
                              .addQuantileValues(
                                  SummaryDataPoint.ValueAtQuantile.newBuilder()
                                      .setQuantile(0.5)
                                      .setValue(2))))
              .build());
    }
    write(Signal.METRICS, Otlp.metrics("silent", metrics));
    assertThat(values("http.server.request.duration", Statistic.P50)).containsOnly(0.1);
    assertThat(values("http.server.request.duration", Statistic.P95)).containsOnly(0.2);
    assertThat(values("http.server.request.duration", Statistic.AUTO)).containsOnly(0.1);
    assertThat(values("exponential", Statistic.P50)).containsOnly(6.0);
    assertThat(values("summary", Statistic.AUTO)).containsOnly(2.0);
    ServiceData.Summary silent = reader().services(RANGE, null, 4).get(0);
    assertThat(silent.basis()).isEqualTo(ServiceData.Basis.METRICS);
    assertThat(silent.requests()).isEqualTo(300);
    assertThat(silent.p50Nanos()).isEqualTo(100 * MILLI);
    assertThat(silent.p95Nanos()).isEqualTo(200 * MILLI);
  }

  @Test
  void aHistogramThatWasGoneForAMomentDidNotBeginAgain() throws IOException {
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      HistogramDataPoint.Builder point =
          HistogramDataPoint.newBuilder().setTimeUnixNano(NOW + (i - 4) * 10 * SECOND);
      if (i == 2) {
        point.setFlags(DataPointFlags.DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK_VALUE);
      } else {
        point.setCount(1000 + i).setSum(1000 + i);
      }
      metrics.add(
          Metric.newBuilder()
              .setName("latency")
              .setHistogram(
                  Histogram.newBuilder()
                      .setAggregationTemporality(
                          AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE)
                      .addDataPoints(point))
              .build());
    }
    write(Signal.METRICS, Otlp.metrics("shop", metrics));
    assertThat(values("latency", Statistic.RATE)).containsOnly(0.1);
  }

  /** Steps are no multiple of the distance of points, and now and then one has two. */
  @Test
  void whatGrowsSteadilyHasASteadyRate() throws IOException {
    Metric.Builder counter = Metric.newBuilder().setName("requests");
    counter
        .getSumBuilder()
        .setIsMonotonic(true)
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE);
    Metric.Builder deltas = Metric.newBuilder().setName("deltas");
    deltas
        .getSumBuilder()
        .setIsMonotonic(true)
        .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA);
    Metric.Builder level = Metric.newBuilder().setName("level");
    for (int i = 0; i <= 36; i++) {
      NumberDataPoint.Builder point =
          NumberDataPoint.newBuilder().setTimeUnixNano(NOW - 55 * SECOND + i * 3 * SECOND);
      if (i < 20 || i > 24) { // some are lost on their way
        counter.getSumBuilder().addDataPoints(point.setAsInt(15 * i));
      }
      deltas.getSumBuilder().addDataPoints(point.setAsInt(15));
      level.getGaugeBuilder().addDataPoints(point.setAsInt(1000 - 6 * i));
    }
    write(
        Signal.METRICS,
        Otlp.metrics("shop", List.of(counter.build(), deltas.build(), level.build())));
    assertThat(values("requests", Statistic.RATE)).hasSizeGreaterThan(10).containsOnly(5.0);
    assertThat(values("deltas", Statistic.RATE)).hasSizeGreaterThan(10).containsOnly(5.0);
    assertThat(values("level", Statistic.RATE)).hasSizeGreaterThan(10).containsOnly(-2.0);
  }

  List<Double> values(String name, Statistic statistic) throws IOException {
    List<Double> values = new ArrayList<>();
    for (MetricData.Line line : metric(name, statistic, null).lines()) {
      line.values().stream()
          .filter(v -> v != null)
          .map(v -> Math.round(v * 1e9) / 1e9)
          .forEach(values::add);
    }
    return values;
  }

  @Test
  void aSenselessQuestionIsAnsweredAsSuch() {
    assertThatThrownBy(() -> reader().traces(TraceQuery.all(RANGE, 0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> reader().trace("xyz", 10))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("hexadecimal");
    assertThatThrownBy(() -> reader().logs(with("nonsense", -1, 10)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bodies(logs(List.of("LOUD"), null, List.of())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("LOUD");
  }
}
