package io.vigia.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the query API must answer for the demo to have worked. {@link #look} asks for what has not
 * been seen yet; each thing that was seen is kept for the report. Not safe for use by several
 * threads.
 */
final class Evidence {
  private static final List<String> SERVICES = List.of("guestbook", "classifier");
  private static final String POST = "POST /entries";

  private final QueryApi api;
  private final Map<String, JsonNode> services = new LinkedHashMap<>();
  private final Map<String, Set<String>> metrics = new LinkedHashMap<>();
  private final List<JsonNode> logs = new ArrayList<>();
  private final List<JsonNode> ledgers = new ArrayList<>();
  private @Nullable JsonNode trace;
  private boolean anyTrace;
  private boolean traceFromLog;

  Evidence(QueryApi api) {
    this.api = api;
  }

  /** Whether a trace could be queried. */
  boolean hasTrace() {
    return anyTrace;
  }

  /**
   * Asks for everything that has not been seen.
   *
   * @return what is still missing, each in words; empty when all was seen
   */
  List<String> look() {
    List<String> missing = new ArrayList<>();
    add(missing, "a first trace", this::lookForAnyTrace);
    for (String service : SERVICES) {
      add(missing, "rate, errors and p50/p95/p99 of " + service, () -> lookForService(service));
      add(
          missing,
          "metrics of " + service + " (JVM, HTTP server, its own)",
          () -> lookForMetrics(service));
    }
    add(missing, "a trace across guestbook, Redis and classifier", this::lookForTrace);
    add(missing, "log lines of that trace", this::lookForLogs);
    add(missing, "the trace of a log line", this::lookForTraceFromLog);
    add(
        missing,
        "accepted = delivered + dropped + pending for each destination and signal",
        this::lookForLedgers);
    return missing;
  }

  private interface Look {
    boolean seen() throws IOException;
  }

  private static void add(List<String> missing, String what, Look look) {
    try {
      if (!look.seen()) {
        missing.add(what);
      }
    } catch (IOException e) {
      missing.add(what + " (" + e.getMessage() + ")");
    }
  }

  private boolean lookForAnyTrace() throws IOException {
    anyTrace = anyTrace || !api.traces("guestbook").isEmpty();
    return anyTrace;
  }

  private boolean lookForService(String name) throws IOException {
    if (!services.containsKey(name)) {
      for (JsonNode service : api.services()) {
        if (service.path("service").asText().equals(name)
            && service.path("requests").asLong() > 0
            && service.path("errors").isNumber()
            && service.path("requestsPerSecond").asDouble() > 0
            && isOrdered(service)) {
          services.put(name, service);
        }
      }
    }
    return services.containsKey(name);
  }

  private static boolean isOrdered(JsonNode service) {
    long p50 = service.path("p50Nanos").asLong();
    long p95 = service.path("p95Nanos").asLong();
    return p50 > 0 && p95 >= p50 && service.path("p99Nanos").asLong() >= p95;
  }

  private boolean lookForMetrics(String service) throws IOException {
    if (metrics.containsKey(service)) {
      return true;
    }
    Set<String> names = new HashSet<>();
    api.metrics(service).forEach(metric -> names.add(metric.path("name").asText()));
    boolean all =
        names.stream().anyMatch(name -> name.startsWith("jvm."))
            && names.contains("http.server.request.duration")
            && names.stream().anyMatch(name -> name.startsWith(service + "_"));
    if (all) {
      metrics.put(service, names);
    }
    return all;
  }

  private boolean lookForTrace() throws IOException {
    if (trace == null) {
      for (JsonNode found : api.traces("guestbook", POST)) {
        if (found.path("services").has("classifier")) {
          trace =
              api.trace(found.path("traceId").asText()).filter(Evidence::crossesAll).orElse(null);
          if (trace != null) {
            break;
          }
        }
      }
    }
    return trace != null;
  }

  private static boolean crossesAll(JsonNode trace) {
    Set<String> seen = new HashSet<>();
    for (JsonNode span : trace.path("spans")) {
      if (span.path("kind").asText().equals("SERVER")) {
        seen.add(span.path("service").asText());
      }
      if (span.path("attributes").toString().contains("redis")) {
        seen.add("redis");
      }
    }
    return seen.containsAll(Set.of("guestbook", "classifier", "redis"));
  }

  private boolean lookForLogs() throws IOException {
    if (logs.isEmpty() && trace != null) {
      Set<String> from = new HashSet<>();
      JsonNode found = api.logsOfTrace(trace.path("traceId").asText());
      found.forEach(log -> from.add(log.path("service").asText()));
      if (from.containsAll(SERVICES)) {
        found.forEach(logs::add);
      }
    }
    return !logs.isEmpty();
  }

  private boolean lookForTraceFromLog() throws IOException {
    if (!traceFromLog) {
      for (JsonNode log : api.logsOfService("guestbook")) {
        String id = log.path("traceId").asText("");
        if (!id.isEmpty() && api.trace(id).isPresent()) {
          traceFromLog = true;
          break;
        }
      }
    }
    return traceFromLog;
  }

  /** Asked anew each time, so that the report has the newest. */
  private boolean lookForLedgers() throws IOException {
    ledgers.clear();
    api.destinations().forEach(ledgers::add);
    return ledgers.size() >= 3 && ledgers.stream().allMatch(Evidence::isBalanced);
  }

  private static boolean isBalanced(JsonNode ledger) {
    return ledger.path("accepted").asLong() > 0
        && ledger.path("accepted").asLong()
            == ledger.path("delivered").asLong()
                + dropped(ledger)
                + ledger.path("pending").asLong();
  }

  private static long dropped(JsonNode ledger) {
    long sum = 0;
    for (JsonNode count : ledger.path("dropped")) {
      sum += count.asLong();
    }
    return sum;
  }

  /** Prints what was seen; nothing for what was not. */
  void report(PrintStream out) {
    services.values().forEach(service -> reportService(out, service));
    if (trace != null) {
      out.printf(
          "%nTrace %s, %d spans:%n", trace.path("traceId").asText(), trace.path("spans").size());
      Waterfall.of(trace).forEach(line -> out.println("  " + line));
    }
    if (!logs.isEmpty()) {
      out.printf("%nIts log lines (%d):%n", logs.size());
      logs.stream().limit(3).forEach(log -> reportLog(out, log));
    }
    out.println();
    metrics.forEach(
        (service, names) ->
            out.printf(
                "Metrics of %s: %d, among them %s%n", service, names.size(), some(service, names)));
    ledgers.forEach(ledger -> reportLedger(out, ledger));
  }

  private static void reportService(PrintStream out, JsonNode service) {
    out.printf(
        "%-11s %5d requests  %.1f/s  %d errors  p50 %.1f ms  p95 %.1f ms  p99 %.1f ms%n",
        service.path("service").asText(),
        service.path("requests").asLong(),
        service.path("requestsPerSecond").asDouble(),
        service.path("errors").asLong(),
        service.path("p50Nanos").asLong() / 1e6,
        service.path("p95Nanos").asLong() / 1e6,
        service.path("p99Nanos").asLong() / 1e6);
  }

  private static void reportLog(PrintStream out, JsonNode log) {
    out.printf(
        "  %s  %-5s %-10s %s%n",
        java.time.Instant.ofEpochMilli(log.path("timeUnixMicros").asLong() / 1_000),
        log.path("level").asText(),
        log.path("service").asText(),
        log.path("body").asText());
  }

  private static String some(String service, Set<String> names) {
    return names.stream()
        .filter(name -> name.startsWith(service + "_"))
        .sorted()
        .limit(2)
        .toList()
        .toString();
  }

  private static void reportLedger(PrintStream out, JsonNode ledger) {
    out.printf(
        "%s %-7s accepted %d = delivered %d + dropped %d + pending %d%n",
        ledger.path("destination").asText(),
        ledger.path("signal").asText().toLowerCase(java.util.Locale.ROOT),
        ledger.path("accepted").asLong(),
        ledger.path("delivered").asLong(),
        dropped(ledger),
        ledger.path("pending").asLong());
  }
}
