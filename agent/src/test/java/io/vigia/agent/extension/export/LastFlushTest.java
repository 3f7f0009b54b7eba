package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With the SDK's own batch processors: what comes while a flush is under way, and then the end. */
@Timeout(60)
class LastFlushTest {
  private final QueueBound bound =
      new QueueBound("items", 1 << 20, 100, new ExportHealth("collector"));
  private final CountDownLatch underWay = new CountDownLatch(1);
  private final CountDownLatch back = new CountDownLatch(1);
  private final List<String> exported = new CopyOnWriteArrayList<>();

  @Test
  void spansThatEndWhileAFlushIsUnderWayAreExportedBeforeTheShutdownEnds() throws Exception {
    SpanProcessor processor =
        new BoundedSpans(BatchSpanProcessor.builder(new Spans()).build(), bound);
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(processor).build()) {
      assertBothAreExported(
          name -> provider.get("test").spanBuilder(name).startSpan().end(),
          processor::forceFlush,
          provider::shutdown);
    }
  }

  @Test
  void logRecordsOfThatTimeAreExportedToo() throws Exception {
    LogRecordProcessor processor =
        new BoundedLogs(BatchLogRecordProcessor.builder(new Logs()).build(), bound);
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder().addLogRecordProcessor(processor).build()) {
      assertBothAreExported(
          name -> provider.get("test").logRecordBuilder().setBody(name).emit(),
          processor::forceFlush,
          provider::shutdown);
    }
  }

  private void assertBothAreExported(
      Consumer<String> item,
      Supplier<CompletableResultCode> flush,
      Supplier<CompletableResultCode> shutdown)
      throws InterruptedException {
    item.accept("first");
    assertThat(flush.get().isDone()).isFalse();
    underWay.await();
    item.accept("last");
    CompletableResultCode end = shutdown.get();
    back.countDown();
    assertThat(end.join(50, TimeUnit.SECONDS).isSuccess()).isTrue();
    assertThat(exported).containsExactly("first", "last");
  }

  private CompletableResultCode exportWhenBack(String name) {
    underWay.countDown();
    try {
      back.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exported.add(name);
    return CompletableResultCode.ofSuccess();
  }

  private final class Spans implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return exportWhenBack(spans.iterator().next().getName());
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private final class Logs implements LogRecordExporter {
    @Override
    public CompletableResultCode export(Collection<LogRecordData> logs) {
      return exportWhenBack(logs.iterator().next().getBodyValue().asString());
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
