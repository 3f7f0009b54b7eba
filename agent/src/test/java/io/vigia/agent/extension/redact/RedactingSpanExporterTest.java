package io.vigia.agent.extension.redact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RedactingSpanExporterTest {

  private final List<SpanData> exported = new CopyOnWriteArrayList<>();

  @Test
  void eventsAndLinksAreCleanedToo() {
    SpanContext other =
        SpanContext.create(
            "0af7651916cd43dd8448eb211c803199",
            "b7ad6b7169203331",
            TraceFlags.getSampled(),
            TraceState.getDefault());
    SpanExporter exporter = new RedactingSpanExporter(new Kept(), new Redactor(false));
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      provider
          .get("test")
          .spanBuilder("x")
          .addLink(other, Attributes.of(AttributeKey.stringKey("from"), "/a?token=abc"))
          .startSpan()
          .addEvent("sent password=abc")
          .end();
    }
    SpanData span = exported.get(0);
    assertThat(span.getEvents())
        .singleElement()
        .extracting(EventData::getName)
        .isEqualTo("sent password=[redacted]");
    assertThat(span.getLinks())
        .singleElement()
        .satisfies(
            link -> {
              assertThat(link.getSpanContext()).isEqualTo(other);
              assertThat(link.getAttributes().asMap()).containsValue("/a?token=[redacted]");
            });
  }

  @Test
  void nameOfASpanIsCleanedToo() {
    SpanExporter exporter = new RedactingSpanExporter(new Kept(), new Redactor(false));
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()) {
      provider.get("test").spanBuilder("GET /reset?token=abc").startSpan().end();
    }
    assertThat(exported)
        .extracting(SpanData::getName)
        .containsExactly("GET /reset?token=[redacted]");
  }

  /** The SDK's own way with what is thrown would be to end its thread. */
  @Test
  void errorOfOneExportCostsNoneThatFollows() {
    AtomicInteger exports = new AtomicInteger();
    SpanExporter exporter =
        new RedactingSpanExporter(
            new Kept() {
              @Override
              public CompletableResultCode export(Collection<SpanData> spans) {
                if (exports.getAndIncrement() == 0) {
                  throw new OutOfMemoryError("for a moment");
                }
                return super.export(spans);
              }
            },
            new Redactor(false));
    BatchSpanProcessor batches =
        BatchSpanProcessor.builder(exporter).setScheduleDelay(Duration.ofMillis(10)).build();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder().addSpanProcessor(batches).build()) {
      provider.get("test").spanBuilder("one").startSpan().end();
      await().until(() -> exports.get() == 1);
      provider.get("test").spanBuilder("two").startSpan().end();
      await().until(() -> exports.get() == 2);
    }
    assertThat(exported).extracting(SpanData::getName).containsExactly("two");
  }

  /** As a language without generics lets a program do. */
  @Test
  void spanThatCannotBeLookedAtCostsNoOther() {
    @SuppressWarnings({"unchecked", "rawtypes"})
    AttributeKey<Object> ofText = (AttributeKey) AttributeKey.stringKey("text");
    SpanExporter exporter = new RedactingSpanExporter(new Kept(), new Redactor(false));
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build()) {
      Tracer tracer = provider.get("test");
      tracer.spanBuilder("odd").setAttribute(ofText, 5).startSpan().end();
      tracer.spanBuilder("even").startSpan().end();
    }
    assertThat(exported).extracting(SpanData::getName).containsExactly("even");
  }

  private class Kept implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      exported.addAll(spans);
      return CompletableResultCode.ofSuccess();
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
