package io.vigia.collector.export.file;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Lines for people ({@link ReadableLines}), for looking at what arrives. Delivered means written,
 * not durable.
 */
public final class ConsoleExporter implements Exporter {
  private static final Limits LIMITS = new Limits(1 << 20, 5_000, 50, 1);

  private final Set<Signal> signals;
  private final WriterThread writer;

  private ConsoleExporter(OutputStream out, Set<Signal> signals) {
    this.signals = Set.copyOf(signals);
    ReadableLines lines = new ReadableLines();
    this.writer =
        new WriterThread(
            "stdout",
            batch -> {
              out.write(lines.write(batch).getBytes(StandardCharsets.UTF_8));
              out.flush();
            });
  }

  /** Not by way of {@link System#out}, which hides that a pipe is closed. */
  public static ConsoleExporter toStandardOutput(Set<Signal> signals) {
    return to(new FileOutputStream(FileDescriptor.out), signals);
  }

  /**
   * @param out stays open
   */
  static ConsoleExporter to(OutputStream out, Set<Signal> signals) {
    return new ConsoleExporter(out, signals);
  }

  @Override
  public void start() {}

  @Override
  public void close() {
    writer.close(() -> {});
  }

  @Override
  public Set<Signal> signals() {
    return signals;
  }

  @Override
  public Limits limits() {
    return LIMITS;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    return writer.write(batch);
  }

  @Override
  public CheckResult check() {
    return CheckResult.ok("prints to the standard output");
  }
}
