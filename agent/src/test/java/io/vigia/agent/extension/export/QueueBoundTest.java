package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.logs.Logger;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessor;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vigia.agent.extension.redact.RedactingSpanExporter;
import io.vigia.agent.extension.redact.Redactor;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** With the SDK's own batch processors, in front of an exporter that does not come back. */
class QueueBoundTest {
  private static final int MEGABYTE = 1 << 20;
  private static final String LARGE = "x".repeat(MEGABYTE);

  private final ExportHealth health = new ExportHealth("collector");
  private final QueueBound bound = new QueueBound("items", 4L * MEGABYTE, 100, health);
  private final CountDownLatch back = new CountDownLatch(1);
  private final AtomicInteger exported = new AtomicInteger();

  @Test
  void spansThatDoNotFitAreDroppedAndCountedUntilThereIsRoomAgain() {
    SpanExporter exporter = new BoundedSpans.Exporter(new Spans(), bound);
    BatchSpanProcessor batches =
        BatchSpanProcessor.builder(exporter).setScheduleDelay(Duration.ofMillis(10)).build();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(new BoundedSpans(batches, bound)).build()) {
      Tracer tracer = provider.get("test");
      Runnable large = () -> tracer.spanBuilder("a").setAttribute("text", LARGE).startSpan().end();
      assertThreeOfTenGetThroughThenMore(large);
    }
  }

  @Test
  void logRecordsThatDoNotFitAreDroppedAndCountedUntilThereIsRoomAgain() {
    LogRecordExporter exporter = new BoundedLogs.Exporter(new Logs(), bound);
    BatchLogRecordProcessor batches =
        BatchLogRecordProcessor.builder(exporter).setScheduleDelay(Duration.ofMillis(10)).build();
    try (SdkLoggerProvider provider =
        SdkLoggerProvider.builder()
            .addLogRecordProcessor(new BoundedLogs(batches, bound))
            .build()) {
      Logger logger = provider.get("test");
      assertThreeOfTenGetThroughThenMore(() -> logger.logRecordBuilder().setBody(LARGE).emit());
    }
  }

  private void assertThreeOfTenGetThroughThenMore(Runnable large) {
    for (int i = 0; i < 10; i++) {
      large.run();
    }
    assertThat(dropped()).isEqualTo(7); // three and what is around their texts: below four
    back.countDown();
    await().until(() -> exported.get() == 3);
    await()
        .untilAsserted(
            () -> {
              int before = exported.get();
              large.run();
              await().until(() -> exported.get() == before + 1);
            });
  }

  @Test
  void manyAreBoundedByTheirNumberToo() {
    for (int i = 0; i < 150; i++) {
      bound.admit(10);
    }
    assertThat(dropped()).isEqualTo(50);
    bound.release(1);
    assertThat(bound.admit(10)).isTrue();
    assertThat(bound.admit(10)).isFalse();
  }

  @Test
  void exporterThatThrowsLeavesRoomForTheNextOnes() {
    SpanExporter failing =
        new Spans() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            throw new IllegalStateException("as told");
          }
        };
    SpanExporter exporter = new BoundedSpans.Exporter(failing, bound);
    assertThat(bound.admit(4 * MEGABYTE)).isTrue();
    assertThatThrownBy(() -> exporter.export(Collections.<SpanData>singleton(null)))
        .hasMessage("as told");
    assertThat(bound.admit(4 * MEGABYTE)).isTrue();
  }

  /** Otherwise the queue would be full for good after some of them. */
  @Test
  void spansThatCannotBeCleanedGiveTheirRoomBack() {
    List<Object> customizers = new ArrayList<>();
    AutoConfigurationCustomizer customizer =
        (AutoConfigurationCustomizer)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {AutoConfigurationCustomizer.class},
                (self, method, arguments) -> {
                  customizers.add(arguments[0]);
                  return self;
                });
    back.countDown();
    QueueBounds.install(
        customizer,
        health,
        exporter -> new RedactingSpanExporter(exporter, Redactor.asSet()),
        exporter -> exporter);
    ConfigProperties config =
        DefaultConfigProperties.createFromMap(Map.of("otel.bsp.max.queue.size", "2"));
    AtomicInteger exports = new AtomicInteger();
    SpanExporter counting =
        new Spans() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            exports.incrementAndGet();
            return super.export(spans);
          }
        };
    SpanExporter exporter = (SpanExporter) customized(customizers.get(0), counting, config);
    BatchSpanProcessor batches =
        BatchSpanProcessor.builder(exporter).setScheduleDelay(Duration.ofMillis(10)).build();
    @SuppressWarnings({"unchecked", "rawtypes"})
    AttributeKey<Object> text = (AttributeKey) AttributeKey.stringKey("text");
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor((SpanProcessor) customized(customizers.get(1), batches, config))
            .build()) {
      Tracer tracer = provider.get("test");
      for (int i = 1; i <= 5; i++) {
        tracer.spanBuilder("odd").setAttribute(text, 5).startSpan().end();
        int each = i;
        await().until(() -> exports.get() == each);
      }
      tracer.spanBuilder("even").startSpan().end();
    }
    assertThat(exported.get()).isEqualTo(1);
    assertThat(dropped()).isZero();
  }

  @SuppressWarnings("unchecked")
  private static Object customized(Object customizer, Object made, ConfigProperties config) {
    return ((BiFunction<Object, ConfigProperties, Object>) customizer).apply(made, config);
  }

  @Test
  void spanIsAsLargeAsItsTexts() {
    AtomicInteger size = new AtomicInteger();
    SpanExporter measuring =
        SpanExporter.composite(
            new Spans() {
              @Override
              public CompletableResultCode export(Collection<SpanData> spans) {
                spans.forEach(span -> size.set(Footprint.of(span)));
                return CompletableResultCode.ofSuccess();
              }
            });
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(BatchSpanProcessor.builder(measuring).build())
            .build()) {
      provider
          .get("test")
          .spanBuilder("a")
          .setAttribute("text", LARGE)
          .setAttribute(AttributeKey.stringArrayKey("texts"), List.of(LARGE, LARGE))
          .startSpan()
          .addEvent("event", Attributes.of(AttributeKey.stringKey("text"), LARGE))
          .end();
    }
    assertThat(size.get()).isBetween(4 * MEGABYTE, 4 * MEGABYTE + 2_000);
  }

  private long dropped() {
    return health.counts().entrySet().stream()
        .filter(entry -> entry.getKey().reason.equals("queue full"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private CompletableResultCode hang(int items) {
    try {
      back.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    exported.addAndGet(items);
    return CompletableResultCode.ofSuccess();
  }

  private class Spans implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return hang(spans.size());
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
      return hang(logs.size());
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
