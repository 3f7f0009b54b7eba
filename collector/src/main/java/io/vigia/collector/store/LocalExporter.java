package io.vigia.collector.store;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/**
 * The store as a destination. The store outlives it and is closed by its owner; closed, this takes
 * no more.
 */
final class LocalExporter implements Exporter {
  private static final long RETRY_MILLIS = 1_000;

  /** One call at a time keeps the order of the log, which recognising duplicates relies on. */
  private static final Limits LIMITS = new Limits(4 << 20, 50_000, 200, 1);

  private final LocalStore store;
  private volatile boolean closed;

  LocalExporter(LocalStore store) {
    this.store = store;
  }

  @Override
  public Set<Signal> signals() {
    return EnumSet.allOf(Signal.class);
  }

  @Override
  public Limits limits() {
    return LIMITS;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    if (closed) {
      return CompletableFuture.completedFuture(again(batch, "closed"));
    }
    CompletableFuture<ExportResult> result = new CompletableFuture<>();
    try {
      store.submit(() -> result.complete(write(batch)));
    } catch (IOException | RejectedExecutionException e) {
      result.complete(again(batch, String.valueOf(e.getMessage())));
    }
    return result;
  }

  private ExportResult write(ExportBatch batch) {
    try {
      return store.writer().write(batch);
    } catch (IOException | RuntimeException | Error e) { // also memory that ran out
      return again(batch, e.getMessage() == null ? e.toString() : e.getMessage());
    }
  }

  /** The database's messages have several lines; a status has one. */
  private static ExportResult again(ExportBatch batch, String reason) {
    return ExportResult.retryAll(
        batch, reason.lines().findFirst().orElse("no reason given"), RETRY_MILLIS);
  }

  @Override
  public CheckResult check() {
    Path directory = Path.of(store.stats().directory());
    Path existing = directory.toAbsolutePath();
    while (existing != null && !Files.exists(existing)) {
      existing = existing.getParent();
    }
    return existing != null && Files.isDirectory(existing) && Files.isWritable(existing)
        ? CheckResult.ok("embedded store in " + directory)
        : CheckResult.failed(
            "embedded store: " + directory + " cannot be written",
            "change its owner, or set 'data' to another directory");
  }

  @Override
  public void start() {}

  @Override
  public void close() {
    closed = true;
  }
}
