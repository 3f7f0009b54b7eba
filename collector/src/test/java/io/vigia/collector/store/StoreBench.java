package io.vigia.collector.store;

import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How fast the store takes spans and answers. Not a test: run its main class on the test class path
 * with the number of spans, e.g. 1000000.
 */
final class StoreBench {
  private static final int BATCH = 10_000;
  private static final long SECOND = 1_000_000_000L;

  private StoreBench() {}

  public static void main(String[] args) throws Exception {
    int total = args.length > 0 ? Integer.parseInt(args[0]) : 500_000;
    Path directory = Files.createTempDirectory("vigia-store-bench");
    LocalStore store = LocalStore.builder().directory(directory).build();
    store.start();
    long start = System.currentTimeMillis() * 1_000_000 - 3_600 * SECOND;
    long nanos = 0;
    for (int at = 0; at < total; at += BATCH) {
      ExportBatch batch = batch(at, start + at * (3_600 * SECOND / total), 3_600 * SECOND / total);
      long before = System.nanoTime();
      store.writer().write(batch);
      nanos += System.nanoTime() - before;
    }
    StoreStats stats = store.reader().stats();
    System.out.printf(
        "appended %,d spans at %,.0f a second; %.0f bytes each on disk; resident %s%n",
        total, total * 1e9 / nanos, (double) stats.bytes() / total, resident());
    TimeRange hour = new TimeRange(start / 1000, start / 1000 + 3_600_000_000L);
    StoreReader reader = store.reader();
    for (int round = 0; round < 2; round++) {
      time("services", () -> reader.services(hour, null, 40));
      time("heatmap", () -> reader.heatmap(hour, "service-1", null, 90));
      time("map", () -> reader.serviceMap(hour));
      time("traces", () -> reader.traces(TraceQuery.all(hour, 100)));
      time("trace", () -> reader.trace("%032x".formatted(total / 8 + 1), 1000));
    }
    System.out.println("resident " + resident());
    store.close();
    System.out.println("left in " + directory);
  }

  private interface Question {
    @Nullable Object ask() throws Exception;
  }

  private static void time(String name, Question question) throws Exception {
    long before = System.nanoTime();
    question.ask();
    System.out.printf("  %-9s %6.0f ms%n", name, (System.nanoTime() - before) / 1e6);
  }

  private static String resident() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS")) {
        return line.substring(6).strip();
      }
    }
    return "unknown";
  }

  /** Four spans a trace, in two services, with five attributes each. */
  private static ExportBatch batch(int first, long start, long step) {
    List<List<Span>> services = List.of(new ArrayList<>(), new ArrayList<>());
    for (int i = first; i < first + BATCH; i++) {
      int place = i % 4;
      services
          .get(place / 2)
          .add(
              Otlp.span(
                      "%032x".formatted(i / 4 + 1),
                      "%016x".formatted(i + 1L),
                      place == 0 ? "" : "%016x".formatted((long) i),
                      "GET /operation/" + i % 20,
                      place % 2 == 0
                          ? Span.SpanKind.SPAN_KIND_SERVER
                          : Span.SpanKind.SPAN_KIND_CLIENT,
                      start + (i - first) * step,
                      1_000_000L + i % 977 * 50_000L)
                  .addAttributes(Otlp.attribute("http.route", "/operation/" + i % 20))
                  .addAttributes(Otlp.attribute("http.response.status_code", 200))
                  .addAttributes(Otlp.attribute("thread.name", "http-" + i % 16))
                  .addAttributes(Otlp.attribute("thread.id", i % 16))
                  .addAttributes(Otlp.attribute("url.path", "/operation/" + i))
                  .build());
    }
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (int s = 0; s < 2; s++) {
      LogRecord record =
          new LogRecord(
              new RecordId(1, 0, first / BATCH * 2L + s),
              Signal.TRACES,
              new Envelope(start, "bench", "", Map.of()),
              services.get(s).size(),
              ByteBuffer.wrap(Otlp.traces("service-" + (s + 1), services.get(s))));
      entries.add(new ExportBatch.Entry(record, null));
    }
    return new ExportBatch(Signal.TRACES, entries);
  }
}
