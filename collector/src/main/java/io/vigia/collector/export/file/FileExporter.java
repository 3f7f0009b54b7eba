package io.vigia.collector.export.file;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * OTLP JSON lines in a file that is rotated ({@link RotatedFile}). Source: opentelemetry.io, "OTLP
 * File Exporter": each line is one {@code TracesData}, {@code MetricsData} or {@code LogsData},
 * told apart by its only key.
 *
 * <p>Delivered means durable: a batch is confirmed after fsync. What was not confirmed is cut off
 * again, so that a full disk leaves no half lines; a batch whose fsync failed may be there twice.
 */
public final class FileExporter implements Exporter {
  private static final Limits LIMITS = new Limits(4 << 20, 20_000, 200, 1);

  private final Path path;
  private final Set<Signal> signals;
  private final RotatedFile file;
  private final WriterThread writer;

  /**
   * @param path of the file that is written; rotated ones have {@code .1}, {@code .2} … after it,
   *     the newest first
   * @param maxBytes of one file; only a single larger batch makes it larger
   * @param maxFiles how many there are, with the one that is written
   */
  public FileExporter(Path path, long maxBytes, int maxFiles, Set<Signal> signals) {
    this.path = path.toAbsolutePath();
    this.signals = Set.copyOf(signals);
    this.file = new RotatedFile(this.path, maxBytes, maxFiles);
    JsonLines lines = new JsonLines();
    this.writer = new WriterThread(path.toString(), batch -> file.append(lines.write(batch)));
  }

  @Override
  public void start() throws IOException {
    Path folder = folder();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw new IOException(folder + " cannot be made (" + e + "); check path and owner", e);
    }
    if (!writable()) {
      throw new IOException(path + " cannot be written; check its owner and that of " + folder);
    }
  }

  @Override
  public void close() {
    writer.close(file::close);
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
    Path folder = folder();
    Path existing = folder;
    while (!Files.exists(existing) && existing.getParent() != null) {
      existing = existing.getParent(); // what is missing is made at the start
    }
    if (!Files.isDirectory(existing) || !Files.isWritable(existing) || !writable()) {
      return CheckResult.failed(
          path + " cannot be written", "check its owner and that of " + existing);
    }
    try {
      long freeMib = Files.getFileStore(existing).getUsableSpace() >> 20;
      return CheckResult.ok(path + " can be written, " + freeMib + " MiB are free");
    } catch (IOException e) {
      return CheckResult.failed(path + ": " + e.getMessage(), "is the disk there?");
    }
  }

  private boolean writable() {
    if (Files.exists(path)) {
      return Files.isRegularFile(path) && Files.isWritable(path);
    }
    return !Files.exists(folder()) || Files.isWritable(folder());
  }

  private Path folder() {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }
}
