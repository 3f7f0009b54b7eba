package io.vigia.collector.web;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.store.StoreReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Questions about the collector itself. */
final class StatusApi {
  private final CollectorInfo info;
  private final Supplier<List<DestinationStatus>> status;
  private final BooleanSupplier ready;
  private final @Nullable StoreReader reader;
  private final long startedUnixMillis = startedUnixMillis();

  StatusApi(
      CollectorInfo info,
      Supplier<List<DestinationStatus>> status,
      BooleanSupplier ready,
      @Nullable StoreReader reader) {
    this.info = info;
    this.status = status;
    this.ready = ready;
    this.reader = reader;
  }

  /** The process: the page may be switched on, or changed, while it runs. */
  private static long startedUnixMillis() {
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(Instant::toEpochMilli)
        .orElseGet(System::currentTimeMillis);
  }

  HttpResponse info(HttpRequest request) throws IOException {
    return Json.ok(info);
  }

  HttpResponse status(HttpRequest request) throws IOException {
    Map<String, @Nullable Object> answer = new LinkedHashMap<>();
    answer.put("version", info.version());
    answer.put("ready", ready.getAsBoolean());
    answer.put("startedUnixMillis", startedUnixMillis);
    // not by the wall clock, which may have been set since
    answer.put("uptimeSeconds", ManagementFactory.getRuntimeMXBean().getUptime() / 1000);
    answer.put("dataDirectory", info.dataDirectory());
    answer.put("receivers", info.receivers());
    Runtime runtime = Runtime.getRuntime();
    answer.put("heapBytes", runtime.totalMemory() - runtime.freeMemory());
    answer.put("destinations", status.get().stream().map(StatusApi::line).toList());
    answer.put("store", reader == null ? null : reader.stats());
    return Json.ok(answer);
  }

  private static Map<String, @Nullable Object> line(DestinationStatus s) {
    Map<String, @Nullable Object> line = new LinkedHashMap<>();
    line.put("destination", s.destination());
    line.put("signal", s.signal().id());
    line.put("required", s.required());
    line.put("accepted", s.accepted());
    line.put("delivered", s.delivered());
    line.put("dropped", s.dropped());
    line.put("pending", s.pending());
    line.put("balanced", s.balanced());
    line.put("pendingBytes", s.pendingBytes());
    line.put("duplicates", s.duplicates());
    line.put("retries", s.retries());
    line.put("oldestPendingUnixMillis", s.oldestPendingUnixNanos() / 1_000_000);
    line.put("circuit", s.circuit());
    line.put("lastError", s.lastError());
    return line;
  }
}
