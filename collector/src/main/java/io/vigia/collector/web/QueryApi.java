package io.vigia.collector.web;

import io.vigia.collector.net.HttpHandler;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.net.HttpStatusException;
import io.vigia.collector.store.LogQuery;
import io.vigia.collector.store.MetricQuery;
import io.vigia.collector.store.StoreReader;
import io.vigia.collector.store.TimeRange;
import io.vigia.collector.store.TraceData;
import io.vigia.collector.store.TraceQuery;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Questions about stored data as HTTP. Described in {@code collector/docs/query-api.md}. */
final class QueryApi {
  private static final String TRACES = "/api/traces/";
  private static final int MAX_SPANS = 20_000;

  private final StoreReader reader;

  QueryApi(StoreReader reader) {
    this.reader = reader;
  }

  /** One question: its parameters in, what becomes JSON out. */
  private interface Question {
    Object answer(Parameters parameters) throws IOException;
  }

  Map<String, HttpHandler> routes() {
    Map<String, HttpHandler> routes = new LinkedHashMap<>();
    routes.put("/api/services", handler(this::services));
    routes.put("/api/operations", handler(this::operations));
    routes.put("/api/heatmap", handler(this::heatmap));
    routes.put("/api/map", handler(p -> reader.serviceMap(p.range())));
    routes.put("/api/traces", handler(this::traces));
    routes.put(TRACES + "*", Json.errors(this::trace));
    routes.put("/api/logs", handler(this::logs));
    routes.put("/api/logs/facets", handler(this::facets));
    routes.put("/api/metrics", handler(p -> Map.of("metrics", reader.metrics(p.text("service")))));
    routes.put("/api/metrics/series", handler(this::series));
    routes.put("/api/metrics/query", handler(this::query));
    return routes;
  }

  private static HttpHandler handler(Question question) {
    return Json.errors(
        request -> {
          Parameters parameters = new Parameters(request);
          Object answer = question.answer(parameters);
          parameters.done();
          return Json.ok(answer);
        });
  }

  private Object services(Parameters p) throws IOException {
    TimeRange range = p.range();
    int buckets = p.integer("buckets", 30);
    return Map.of(
        "fromUnixMicros",
        range.fromUnixMicros(),
        "toUnixMicros",
        range.toUnixMicros(),
        "services",
        reader.services(range, p.text("service"), buckets));
  }

  private Object operations(Parameters p) throws IOException {
    return Map.of("operations", reader.operations(p.range(), p.required("service")));
  }

  private Object heatmap(Parameters p) throws IOException {
    return reader.heatmap(
        p.range(), p.required("service"), p.text("operation"), p.integer("columns", 60));
  }

  private Object traces(Parameters p) throws IOException {
    String order = p.text("order");
    if (order != null && !order.equals("newest") && !order.equals("slowest")) {
      throw new IllegalArgumentException("parameter 'order' is newest or slowest");
    }
    TraceQuery query =
        new TraceQuery(
            p.range(),
            p.text("service"),
            p.text("operation"),
            p.number("minDurationNanos", 0),
            p.number("maxDurationNanos", Long.MAX_VALUE),
            p.flag("errors"),
            p.flag("entry"),
            p.attributes("attribute"),
            "slowest".equals(order),
            p.integer("limit", 50));
    return Map.of("traces", reader.traces(query));
  }

  private HttpResponse trace(HttpRequest request) throws IOException, HttpStatusException {
    Parameters p = new Parameters(request);
    String id = request.path().substring(TRACES.length());
    TraceData.Trace trace = reader.trace(id, p.integer("maxSpans", MAX_SPANS));
    p.done();
    if (trace == null) {
      throw new HttpStatusException(404, "no span of trace " + id + " is stored");
    }
    return Json.ok(trace);
  }

  private static LogQuery logQuery(Parameters p) {
    String trace = p.text("traceId");
    // a trace's logs are wanted whenever they were
    TimeRange asked = p.range();
    boolean bounded =
        p.text("fromMicros") != null
            || p.text("toMicros") != null
            || p.text("lookbackSeconds") != null;
    return new LogQuery(
        trace != null && !bounded ? TimeRange.all() : asked,
        p.list("service"),
        p.list("level").stream().map(l -> l.toUpperCase(Locale.ROOT)).toList(),
        p.text("text"),
        trace,
        p.text("spanId"),
        p.text("logger"),
        p.attributes("attribute"),
        p.text("before"),
        p.number("after", -1),
        p.integer("limit", 100));
  }

  private Object logs(Parameters p) throws IOException {
    return reader.logs(logQuery(p));
  }

  private Object facets(Parameters p) throws IOException {
    int buckets = p.integer("buckets", 60);
    return reader.logFacets(logQuery(p), buckets);
  }

  private Object series(Parameters p) throws IOException {
    return Map.of(
        "series", reader.series(p.required("name"), p.text("service"), p.integer("limit", 200)));
  }

  private Object query(Parameters p) throws IOException {
    TimeRange range = p.range();
    String statistic = p.text("statistic");
    long step = p.number("stepSeconds", Math.max(1, (long) (range.seconds() / 120)));
    List<MetricQuery.Statistic> all = Arrays.asList(MetricQuery.Statistic.values());
    MetricQuery.Statistic wanted =
        all.stream()
            .filter(s -> statistic == null || s.name().equalsIgnoreCase(statistic))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("parameter 'statistic' is one of " + all));
    return reader.query(
        new MetricQuery(
            range,
            p.required("name"),
            p.text("service"),
            p.attributes("label"),
            wanted,
            p.text("groupBy"),
            step * 1_000_000,
            p.integer("limit", 20)));
  }
}
