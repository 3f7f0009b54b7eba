package io.vigia.agent.programs;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Scope;
import io.opentelemetry.instrumentation.annotations.AddingSpanAttributes;
import io.opentelemetry.instrumentation.annotations.SpanAttribute;
import io.opentelemetry.instrumentation.annotations.WithSpan;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Spans that the application makes: by annotation, by hand, and by the name of a method. */
public final class OwnSpans {

  static void use() throws Exception {
    Span span =
        GlobalOpenTelemetry.getTracer("own")
            .spanBuilder("by hand")
            .setSpanKind(SpanKind.PRODUCER)
            .addLink(Span.current().getSpanContext())
            .setAttribute(AttributeKey.stringArrayKey("own.list"), List.of("a", "b"))
            .startSpan();
    try (Scope scope = span.makeCurrent();
        Scope baggage = Baggage.builder().put("own", "1").build().makeCurrent()) {
      annotated("seven");
      new OwnSpans().later().get();
      named();
      failing();
    } catch (IllegalStateException e) {
      span.recordException(e).setStatus(StatusCode.ERROR, "it was to be");
    } finally {
      span.end();
    }
    GlobalOpenTelemetry.getMeter("own").counterBuilder("own.count").build().add(7);
  }

  @WithSpan(value = "annotated", kind = SpanKind.CLIENT)
  static String annotated(@SpanAttribute("own.argument") String argument) {
    attributed(7);
    return argument;
  }

  @AddingSpanAttributes
  static void attributed(@SpanAttribute("own.number") long number) {
    Databases.ask("SELECT 1 AS annotated");
  }

  @WithSpan
  CompletableFuture<String> later() {
    return CompletableFuture.supplyAsync(() -> "later");
  }

  @WithSpan
  static void failing() {
    throw new IllegalStateException("as it should");
  }

  /** Has a span because of {@code otel.instrumentation.methods.include}. */
  static void named() {
    Databases.ask("SELECT 1 AS named");
  }

  private OwnSpans() {}
}
