package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.vigia.agent.extension.EachLogRecord;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ForwardLogProcessorTest {

  @Test
  void oneLoggingThreadDoesNotWaitForAnother() throws Exception {
    CyclicBarrier met = new CyclicBarrier(2);
    List<String> exported = new CopyOnWriteArrayList<>();
    Logger logger =
        logger(
            log -> {
              await(met);
              exported.add(String.valueOf(log.getBodyValue()));
            });
    CompletableFuture<Void> one =
        CompletableFuture.runAsync(() -> logger.logRecordBuilder().setBody("one").emit());
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> logger.logRecordBuilder().setBody("two").emit());
    CompletableFuture.allOf(one, other).join();
    assertThat(exported).hasSize(2);
  }

  @Test
  void errorOfOursIsNotTheApplications() {
    logger(
            log -> {
              throw new LinkageError("as told");
            })
        .logRecordBuilder()
        .setBody("one")
        .emit();
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await(20, TimeUnit.SECONDS);
    } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Logger logger(Consumer<LogRecordData> work) {
    return SdkLoggerProvider.builder()
        .addLogRecordProcessor(new ForwardLogProcessor(new EachLogRecord(work)))
        .build()
        .get("test");
  }
}
