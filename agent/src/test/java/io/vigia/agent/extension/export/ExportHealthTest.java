package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExportHealthTest {

  /** Stderr may be a pipe that nobody reads, and the application's threads count their drops. */
  @Test
  void nobodyWaitsForTheLineThatCannotBeWritten() throws Exception {
    ExportHealth health = new ExportHealth("http://c");
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch read = new CountDownLatch(1);
    PrintStream before = System.err;
    System.setErr(
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int b) {
                writing.countDown();
                try {
                  read.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }
            },
            true));
    try {
      CompletableFuture<Void> exporter =
          CompletableFuture.runAsync(() -> health.down("traces", new IOException("refused")));
      writing.await();
      CompletableFuture.runAsync(() -> health.dropped("spans", "queue full"))
          .get(30, TimeUnit.SECONDS);
      read.countDown();
      exporter.join();
    } finally {
      read.countDown();
      System.setErr(before);
    }
    assertThat(health.counts())
        .containsEntry(new ExportHealth.Outcome("dropped", "queue full", "spans"), 1L);
  }
}
