package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.vigia.agent.extension.EachLogRecord;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class AgreedLogExporterTest {

  private final List<String> exported = new CopyOnWriteArrayList<>();

  @Test
  void whatIsOnStdoutIsNotExportedAndWhatIsBelowIs() {
    List<String> asked = new CopyOnWriteArrayList<>();
    SdkLoggerProvider logger =
        logger(
            text -> {
              asked.add(String.valueOf(text));
              return "order 17 is gone".equals(text)
                  ? StdoutQuestion.Answer.SEEN
                  : StdoutQuestion.Answer.READ;
            });
    log(logger, Severity.WARN, "order 17 is gone");
    log(logger, Severity.INFO, "order 18 was paid");
    await().atMost(Duration.ofMinutes(1)).until(() -> asked.contains("order 18 was paid"));
    log(logger, Severity.ERROR, "order 19 is gone");
    log(logger, Severity.DEBUG, "order 20 is new");
    logger.close();
    assertThat(exported).containsExactly("order 18 was paid", "order 20 is new");
  }

  /** Events of the API have none, and are on no console. */
  @Test
  void whatHasNoTextIsExportedWhoeverHasTheRest() {
    SdkLoggerProvider logger = logger(text -> StdoutQuestion.Answer.SEEN);
    logger.get("orders").logRecordBuilder().setSeverity(Severity.INFO).setEventName("paid").emit();
    assertThat(exported).containsExactly("paid");
    logger.close();
  }

  @Test
  void whatIsHeldAtTheExitIsExportedThoughTheCollectorIsBeingAsked() {
    CompletableFuture<StdoutQuestion.Answer> answer = new CompletableFuture<>();
    SdkLoggerProvider logger = logger(text -> answer.join());
    log(logger, Severity.INFO, "order 17 was paid");
    assertThat(exported).isEmpty();
    logger.close();
    assertThat(exported).containsExactly("order 17 was paid");
    answer.complete(StdoutQuestion.Answer.SEEN);
  }

  /** By the thread that asked, which the JVM does not wait for. */
  @Test
  void whatIsBeingExportedAtTheExitIsWaitedFor() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch held = new CountDownLatch(1);
    AgreedLogExporter exporter =
        new AgreedLogExporter(
            new EachLogRecord(
                log -> {
                  begun.countDown();
                  join(taken);
                  exported(log);
                }),
            text -> {
              join(held);
              return StdoutQuestion.Answer.OFF;
            });
    SdkLoggerProvider logger =
        SdkLoggerProvider.builder()
            .addLogRecordProcessor(SimpleLogRecordProcessor.create(exporter))
            .build();
    log(logger, Severity.INFO, "order 17 was paid");
    held.countDown();
    begun.await();
    List<String> atTheEnd = new CopyOnWriteArrayList<>();
    Thread exit =
        new Thread(
            () -> {
              exporter.shutdown();
              atTheEnd.addAll(exported);
            });
    exit.start();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                exit.getState() == Thread.State.TIMED_WAITING
                    || exit.getState() == Thread.State.TERMINATED);
    taken.countDown();
    exit.join();
    assertThat(atTheEnd).containsExactly("order 17 was paid");
  }

  private static void join(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private SdkLoggerProvider logger(Agreement.Question question) {
    return SdkLoggerProvider.builder()
        .addLogRecordProcessor(
            SimpleLogRecordProcessor.create(
                new AgreedLogExporter(new EachLogRecord(this::exported), question)))
        .build();
  }

  private static void log(SdkLoggerProvider logger, Severity severity, String body) {
    logger.get("orders").logRecordBuilder().setSeverity(severity).setBody(body).emit();
  }

  private void exported(LogRecordData log) {
    Value<?> body = log.getBodyValue();
    exported.add(body == null ? String.valueOf(log.getEventName()) : body.asString());
  }
}
