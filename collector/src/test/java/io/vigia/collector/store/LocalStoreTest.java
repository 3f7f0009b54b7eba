package io.vigia.collector.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Histogram;
import io.opentelemetry.proto.metrics.v1.HistogramDataPoint;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.LogLines;
import io.vigia.collector.core.AgeClock;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.store.MetricQuery.Statistic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreTest extends StoreContract {
  @TempDir Path directory;
  private LocalStore store;

  @BeforeEach
  void open() throws IOException {
    store = builder().build();
    store.start();
  }

  @AfterEach
  void close() {
    store.close();
    store.close();
  }

  private LocalStore.Builder builder() {
    return LocalStore.builder()
        .directory(directory)
        .memoryLimitBytes(64 << 20)
        .sliceMillis(60_000)
        .retentionMillis(TimeUnit.HOURS.toMillis(1));
  }

  @Override
  StoreWriter writer() {
    return store.writer();
  }

  @Override
  StoreReader reader() {
    return store.reader();
  }

  @Override
  void restart() throws IOException {
    store.close();
    open();
  }

  private void writeAt(long receiveMillis, long sequence, String body) throws IOException {
    byte[] payload = Otlp.logs("shop", List.of(Otlp.log(NOW, 9, body).build()));
    Envelope envelope = new Envelope(receiveMillis * 1_000_000, "test", "", Map.of());
    LogRecord record =
        new LogRecord(
            new RecordId(7, 0, sequence), Signal.LOGS, envelope, 1, ByteBuffer.wrap(payload));
    writer().write(new ExportBatch(Signal.LOGS, List.of(new ExportBatch.Entry(record, null))));
  }

  @Test
  void slicesOlderThanTheRetentionAreDropped() throws Exception {
    long now = NOW / 1_000_000;
    writeAt(now - TimeUnit.HOURS.toMillis(2), 0, "too old");
    writeAt(now, 1, "young");
    assertThat(bodies(LogQuery.all(RANGE, 10))).hasSize(2);
    store.engine().slices().maintain(now);
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("young");
    assertThat(reader().stats().slices()).isEqualTo(1);
    assertThat(reader().stats().droppedSlices()).isEqualTo(1);
    try (var files = Files.list(directory)) {
      assertThat(files.filter(f -> f.toString().endsWith(".duckdb"))).hasSize(1);
    }
  }

  @Test
  void noSliceIsTooOldBecauseTheClockWasPutForward() throws Exception {
    store.close();
    AtomicLong passedMillis = new AtomicLong();
    AtomicLong putForwardMillis = new AtomicLong();
    long now = NOW / 1_000_000;
    AgeClock clock =
        new AgeClock(
            () -> now + passedMillis.get() + putForwardMillis.get(),
            () -> TimeUnit.MILLISECONDS.toNanos(passedMillis.get()));
    store = builder().clock(clock).build();
    store.start();
    writeAt(now, 0, "young");
    putForwardMillis.set(TimeUnit.DAYS.toMillis(1000));
    store.maintain();
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("young");
    putForwardMillis.set(0);
    passedMillis.set(TimeUnit.HOURS.toMillis(2));
    store.maintain();
    assertThat(bodies(LogQuery.all(RANGE, 10))).isEmpty();
  }

  @Test
  void noSliceIsTooOldForAClockThatIsAheadAtTheStart() throws Exception {
    writeAt(NOW / 1_000_000, 0, "young");
    store.close();
    AtomicLong wallMillis = new AtomicLong(NOW / 1_000_000 + TimeUnit.DAYS.toMillis(1000));
    store = builder().clock(new AgeClock(wallMillis::get, System::nanoTime)).build();
    store.start();
    store.maintain();
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("young");
  }

  @Test
  void whatIsWrittenIsNotDroppedAsOneBecauseTheClockWasAheadForAWhile() throws Exception {
    store.close();
    store = builder().maxBytes(3 << 20).build();
    store.start();
    long now = NOW / 1_000_000;
    writeAt(now + TimeUnit.DAYS.toMillis(1000), 0, "of a clock that was ahead");
    for (int i = 1; i < 12; i++) {
      writeAt(now + i, i, "large ".repeat(20_000) + i);
      store.engine().slices().maintain(now + i);
    }
    assertThat(reader().stats().droppedSlices()).isPositive();
    assertThat(bodies(LogQuery.all(RANGE, 12)).size()).isGreaterThan(3);
  }

  @Test
  void theOldestIsDroppedWhenTheStoreIsTooLarge() throws Exception {
    store.close();
    store = builder().maxBytes(3 << 20).build();
    store.start();
    long now = NOW / 1_000_000;
    for (int i = 0; i < 12; i++) {
      writeAt(now + i, i, "large ".repeat(20_000) + i);
      store.engine().slices().maintain(now + i);
    }
    assertThat(reader().stats().bytes()).isLessThan(4 << 20);
    assertThat(reader().stats().droppedSlices()).isPositive();
    assertThat(bodies(LogQuery.all(RANGE, 1)).get(0)).endsWith("11");
  }

  @Test
  void aCorruptSliceIsSetAsideAndTheRestServes() throws Exception {
    long now = NOW / 1_000_000;
    writeAt(now - 120_000, 0, "in the file that breaks");
    writeAt(now, 1, "in the other");
    store.close();
    Path oldest;
    try (var files = Files.list(directory)) {
      oldest =
          files.filter(f -> f.toString().endsWith(".duckdb")).sorted().findFirst().orElseThrow();
    }
    Files.write(oldest, new byte[8192]);
    Files.deleteIfExists(oldest.resolveSibling(oldest.getFileName() + ".wal"));
    open();
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("in the other");
    assertThat(reader().stats().corrupt()).containsExactly(oldest.getFileName().toString());
    assertThat(directory.resolve("corrupt").resolve(oldest.getFileName())).exists();
    writeAt(now - 120_000, 2, "goes to a new file");
    assertThat(bodies(LogQuery.all(RANGE, 10))).hasSize(2);
  }

  /** A full disk leaves such a file, and all that came would be for it until the next start. */
  @Test
  void aFileThatCouldNotBeMadeIsMadeWhenThereIsRoom() throws Exception {
    keepForYears();
    long minute = 60_000;
    long now = NOW / 1_000_000;
    writeAt(now, 0, "before");
    int written = 1;
    for (int bytes : new int[] {0, 4096, 8192}) {
      long next = now + written * minute;
      SliceFile unfinished = SliceFile.in(directory, next / minute * minute, 0);
      Files.write(unfinished.path(), new byte[bytes]);
      writeAt(next, written, "after " + bytes);
      written++;
    }
    assertThat(bodies(LogQuery.all(RANGE, 10))).hasSize(4);
  }

  @Test
  void aDatabaseThatFailsAndCannotBeOpenedAtOnceIsOpenWhenItCanBe() throws Exception {
    keepForYears();
    long now = NOW / 1_000_000;
    writeAt(now, 0, "before");
    Path spill = directory.resolve("spill");
    try (LogLines lines = new LogLines(LocalStore.class)) {
      Files.deleteIfExists(spill);
      Files.writeString(spill, "in the way");
      SQLException fatal = new SQLException("FATAL Error: database has been invalidated");
      assertThatThrownBy(() -> store.reopen(fatal)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> writeAt(now, 1, "too early")).isInstanceOf(IOException.class);
      for (int i = 0; i < 3; i++) {
        store.maintain();
      }
      assertThat(lines.with("maintenance failed")).hasSize(1);
    } finally {
      Files.deleteIfExists(spill);
    }
    writeAt(now, 1, "after");
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("after", "before");
  }

  @Test
  void whatWasWrittenSurvivesACrashOnce() throws Exception {
    long now = NOW / 1_000_000;
    writeAt(now, 0, "before the crash");
    // what a crash leaves: the files as they are, nothing closed, nothing checkpointed
    Path copy = Files.createDirectory(directory.resolve("copy"));
    try (var files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.getFileName().toString().startsWith("slice")).toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    store.close();
    store = builder().directory(copy).build();
    store.start();
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("before the crash");
    writeAt(now, 0, "before the crash");
    writeAt(now, 1, "after it");
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("after it", "before the crash");
  }

  /** For tests that may take longer than it is to the next maintenance, and ask for much. */
  private void keepForYears() throws IOException {
    store.close();
    store =
        builder().retentionMillis(TimeUnit.DAYS.toMillis(3650)).memoryLimitBytes(256 << 20).build();
    store.start();
  }

  @Test
  void aPageEndsWhereItWouldNotFitIntoMemory() throws IOException {
    keepForYears();
    String text = "x".repeat(1 << 20);
    for (int i = 0; i < 24; i++) {
      write(Signal.LOGS, Otlp.logs("shop", List.of(Otlp.log(NOW + i, 9, i + text).build())));
    }
    for (long after : new long[] {-1, 0}) {
      List<String> seen = new ArrayList<>();
      @Nullable String cursor = null;
      long tail = after;
      while (seen.size() < 24) {
        LogData.Page page = reader().logs(with(cursor, tail, 1000));
        assertThat(page.logs()).hasSizeBetween(1, 17);
        page.logs().forEach(log -> seen.add(log.body()));
        cursor = page.nextCursor();
        tail = after < 0 ? after : page.tailSeq();
      }
      assertThat(seen).hasSize(24).doesNotHaveDuplicates();
    }
  }

  /** Each service and each name takes memory: of the answer, and of the page. */
  @Test
  void ofVeryManyServicesTheBusiestAreAnsweredAndOfVeryManyMetricsTheFirst() throws IOException {
    keepForYears();
    ByteArrayOutputStream traces = new ByteArrayOutputStream();
    ByteArrayOutputStream logs = new ByteArrayOutputStream();
    for (int i = 0; i <= ServiceSql.MAX_SERVICES; i++) {
      List<Span> spans = new ArrayList<>();
      for (int j = 0; j < (i == ServiceSql.MAX_SERVICES ? 2 : 1); j++) {
        spans.add(
            Otlp.span(
                    TRACE,
                    spanId(2 * i + j + 1),
                    "",
                    "a",
                    Span.SpanKind.SPAN_KIND_SERVER,
                    NOW,
                    MILLI)
                .build());
      }
      traces.writeBytes(Otlp.traces("service-" + i, spans)); // together they are one request
      logs.writeBytes(Otlp.logs("logging-" + i, List.of(Otlp.log(NOW, 9, "line").build())));
    }
    List<Metric> metrics = new ArrayList<>();
    for (int i = 0; i <= MetricSql.MAX_NAMES; i++) {
      Metric.Builder metric = Metric.newBuilder().setName("metric-" + i);
      metric
          .getGaugeBuilder()
          .addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(NOW).setAsInt(i));
      metrics.add(metric.build());
    }
    write(Signal.TRACES, traces.toByteArray());
    write(Signal.LOGS, logs.toByteArray());
    write(Signal.METRICS, Otlp.metrics("shop", metrics));
    assertThat(reader().services(RANGE, null, 1))
        .hasSize(ServiceSql.MAX_SERVICES)
        .extracting(ServiceData.Summary::service)
        .contains("service-" + ServiceSql.MAX_SERVICES)
        .allSatisfy(name -> assertThat(name).startsWith("service-"));
    assertThat(reader().metrics(null)).hasSize(MetricSql.MAX_NAMES);
  }

  @Test
  void aTraceEndsWhereItWouldNotFitIntoMemory() throws IOException {
    keepForYears();
    String text = "x".repeat(1 << 20);
    for (int i = 1; i <= 24; i++) {
      Span span =
          Otlp.span(TRACE, spanId(i), "", "a", Span.SpanKind.SPAN_KIND_SERVER, NOW + i, MILLI)
              .addAttributes(Otlp.attribute("large", text))
              .build();
      write(Signal.TRACES, Otlp.traces("shop", List.of(span)));
    }
    TraceData.Trace trace = Objects.requireNonNull(reader().trace(TRACE, 1000));
    assertThat(trace.spans()).hasSizeBetween(1, 17);
    assertThat(trace.totalSpans()).isEqualTo(24);
  }

  @Test
  void ofManyHistogramPointsThoseThatAStepNeedsAreKept() throws IOException {
    for (AggregationTemporality temporality :
        List.of(
            AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE,
            AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)) {
      boolean total = temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE;
      Histogram.Builder points = Histogram.newBuilder().setAggregationTemporality(temporality);
      for (int i = 0; i <= 600; i++) {
        long count = total ? i % 400 : 1; // begins again at 400
        points.addDataPoints(
            HistogramDataPoint.newBuilder()
                .setTimeUnixNano(NOW - 60 * SECOND + i * SECOND / 10)
                .setCount(count)
                .setSum(2.0 * count)
                .addExplicitBounds(2)
                .addBucketCounts(count)
                .addBucketCounts(0));
      }
      String name = temporality.name();
      write(
          Signal.METRICS,
          Otlp.metrics(
              "shop", List.of(Metric.newBuilder().setName(name).setHistogram(points).build())));
      List<MetricSql.SeriesInfo> series =
          MetricSql.series(store.engine(), List.of(name), null, List.of(), 10);
      HistogramSteps steps =
          MetricSql.histograms(
              store.engine(), series, RANGE, 0, 10 * SECOND, new PointLimit(1_000));
      assertThat(steps.of(series.get(0).id())).hasSizeBetween(6, 10);
      assertThat(steps.times()).singleElement().satisfies(times -> assertThat(times).hasSize(601));
      MetricData.Result rate = metric(name, Statistic.RATE, null);
      assertThat(rate.stepMicros()).isEqualTo(10_000_000);
      assertThat(rate.lines().get(0).values().stream().filter(Objects::nonNull))
          .hasSize(6)
          .allSatisfy(v -> assertThat(v).isCloseTo(10, within(total ? 0.11 : 1e-6)));
      assertThat(values(name, Statistic.AUTO)).containsOnly(2.0);
    }
  }

  @Test
  void whatIsWrittenWhileTheTailIsAskedForComesOnce() throws Exception {
    keepForYears();
    int last = 300;
    FutureTask<Void> writing =
        new FutureTask<>(
            () -> {
              for (int i = 0; i <= last; i++) {
                writeAt(NOW / 1_000_000, i, "line " + i);
              }
              return null;
            });
    new Thread(writing).start();
    List<String> bodies = new ArrayList<>();
    for (long seq = 0; !bodies.contains("line " + last); ) {
      boolean ended = writing.isDone();
      LogData.Page page = reader().logs(with(null, seq, 5_000));
      page.logs().forEach(log -> bodies.add(log.body()));
      seq = page.tailSeq();
      if (ended) {
        break;
      }
    }
    writing.get();
    assertThat(bodies).hasSize(last + 1).doesNotHaveDuplicates();
  }

  @Test
  void anAnswerThatIsNotOfAllPointsSaysSo() throws IOException {
    for (boolean histogram : List.of(false, true)) {
      String name = histogram ? "sizes" : "level";
      Metric.Builder metric = Metric.newBuilder().setName(name);
      for (int i = 0; i < 20; i++) {
        long time = NOW + i * SECOND;
        if (histogram) {
          metric
              .getHistogramBuilder()
              .addDataPoints(HistogramDataPoint.newBuilder().setTimeUnixNano(time).setCount(i));
        } else {
          metric
              .getGaugeBuilder()
              .addDataPoints(NumberDataPoint.newBuilder().setTimeUnixNano(time).setAsInt(i));
        }
      }
      write(Signal.METRICS, Otlp.metrics("shop", List.of(metric.build())));
      MetricQuery query =
          new MetricQuery(RANGE, name, null, List.of(), Statistic.AUTO, null, 10_000_000, 10);
      assertThat(MetricLines.compute(store.engine(), query, new PointLimit(20)).warnings())
          .isEmpty();
      assertThat(MetricLines.compute(store.engine(), query, new PointLimit(19)).warnings())
          .singleElement()
          .asString()
          .startsWith("only the first 19 points were read");
    }
  }

  @Test
  void onlySlicesThatAreWrittenToHaveTheirDictionariesInMemory() throws Exception {
    keepForYears();
    long now = NOW / 1_000_000;
    for (int i = 0; i < 20; i++) {
      writeAt(now + i * 60_000L, 2 * i, "minute " + i);
      writeAt(now, 2 * i + 1, "late " + i); // of a slice that is written to all the time
    }
    assertThat(dictionariesInMemory()).isBetween(2L, 4L);
    keepForYears(); // on the same data
    assertThat(dictionariesInMemory()).isZero();
    writeAt(now, 200, "after the restart");
    assertThat(dictionariesInMemory()).isEqualTo(1);
    assertThat(store.engine().slices().list()).hasSize(20);
    String resources = store.engine().slices().list().get(0).alias() + ".resources";
    assertThat(
            store
                .engine()
                .query(
                    () -> new Sql().add("SELECT count(*) FROM " + resources),
                    row -> row.getLong(1)))
        .as("entries for its one resource")
        .containsExactly(1L);
  }

  private long dictionariesInMemory() throws IOException {
    return store.engine().slices().list().stream()
        .filter(slice -> slice.resources().size() > 0)
        .count();
  }

  @Test
  void aDirectoryInUseIsNamed() {
    LocalStore second = builder().build();
    assertThatThrownBy(second::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("another collector");
  }

  @Test
  void theExporterStoresOnItsOwnThreadAndSaysRetryWhenClosed() throws Exception {
    byte[] payload = Otlp.logs("shop", List.of(Otlp.log(NOW, 9, "x").build()));
    ExportBatch batch =
        new ExportBatch(
            Signal.LOGS, List.of(new ExportBatch.Entry(record(Signal.LOGS, 0, payload), null)));
    assertThat(store.exporter().export(batch).get(10, TimeUnit.SECONDS).retry()).isEmpty();
    assertThat(bodies(LogQuery.all(RANGE, 10))).containsExactly("x");
    assertThat(store.exporter().check().ok()).isTrue();
    store.close();
    assertThat(store.exporter().export(batch).get(10, TimeUnit.SECONDS).retry()).hasSize(1);
    assertThatThrownBy(() -> bodies(LogQuery.all(RANGE, 10))).isInstanceOf(IOException.class);
  }
}
