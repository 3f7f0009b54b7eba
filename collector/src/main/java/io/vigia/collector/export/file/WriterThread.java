package io.vigia.collector.export.file;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Writes batches one after the other, so that no dispatcher waits for a disk. What fails is to be
 * tried again. The queue is as short as the calls that may be open.
 */
final class WriterThread {
  /** Returns when the batch is where it belongs. */
  interface Writing {
    void write(ExportBatch batch) throws IOException;
  }

  private final String name;
  private final Writing writing;
  private final ExecutorService thread;

  /**
   * @param name of what is written to, for messages
   */
  WriterThread(String name, Writing writing) {
    this.name = name;
    this.writing = writing;
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            1,
            1,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(16),
            runnable -> {
              Thread made = new Thread(runnable, "vigia-writer");
              made.setDaemon(true);
              return made;
            });
    pool.allowCoreThreadTimeOut(true);
    thread = pool;
  }

  CompletableFuture<ExportResult> write(ExportBatch batch) {
    CompletableFuture<ExportResult> result = new CompletableFuture<>();
    try {
      thread.execute(() -> result.complete(written(batch)));
    } catch (RejectedExecutionException e) {
      result.complete(ExportResult.retryAll(batch, name + ": closed", 0));
    }
    return result;
  }

  private ExportResult written(ExportBatch batch) {
    try {
      writing.write(batch);
      return ExportResult.delivered();
    } catch (IOException | RuntimeException | Error e) { // also memory that ran out
      String why = e.getMessage() == null ? e.toString() : e.getMessage();
      return ExportResult.retryAll(batch, name + ": " + why.lines().findFirst().orElse(""), 0);
    }
  }

  /** Lets what was handed over be written, for a bounded time, and runs {@code last}. */
  void close(Runnable last) {
    if (thread.isShutdown()) {
      return;
    }
    thread.execute(last);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(4, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
