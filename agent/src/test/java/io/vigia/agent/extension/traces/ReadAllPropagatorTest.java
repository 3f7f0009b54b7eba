package io.vigia.agent.extension.traces;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadAllPropagatorTest {

  private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  private static final String SPAN = "b7ad6b7169203331";
  private static final String OTHER = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final TextMapPropagator propagator =
      TextMapPropagator.composite(
          new ReadAllPropagator(List.of()), W3CTraceContextPropagator.getInstance());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "traceparent: 00-" + TRACE + "-" + SPAN + "-01",
        "b3: " + TRACE + "-" + SPAN + "-1",
        "X-B3-TraceId: " + TRACE + "; X-B3-SpanId: " + SPAN + "; X-B3-Sampled: 1",
        "uber-trace-id: " + TRACE + ":" + SPAN + ":0:1",
      })
  void traceOfANeighbourIsContinued(String headers) {
    Context context = extract(headers);
    assertThat(Span.fromContext(context).getSpanContext().getTraceId()).isEqualTo(TRACE);
    assertThat(Span.fromContext(context).getSpanContext().getSpanId()).isEqualTo(SPAN);
    assertThat(Span.fromContext(context).getSpanContext().isSampled()).isTrue();
    Map<String, String> written = new HashMap<>();
    propagator.inject(context, written, Map::put);
    assertThat(written).containsOnlyKeys("traceparent");
  }

  @Test
  void traceContextGoesBeforeTheOthers() {
    Context context =
        extract("b3: " + OTHER + "-" + SPAN + "-1; traceparent: 00-" + TRACE + "-" + SPAN + "-01");
    assertThat(Span.fromContext(context).getSpanContext().getTraceId()).isEqualTo(TRACE);
  }

  /** After the test cases published with W3C Trace Context. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-" + TRACE + "-" + SPAN,
        "00-" + TRACE + "-" + SPAN + "-01-what",
        "00-" + TRACE + "-0000000000000000-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "ff-" + TRACE + "-" + SPAN + "-01",
        "00-0AF7651916CD43DD8448EB211C80319C-" + SPAN + "-01",
        "00-" + TRACE + "0-" + SPAN + "-01",
        "zz-" + TRACE + "-" + SPAN + "-01",
      })
  void malformedTraceContextStartsANewTrace(String traceparent) {
    assertThat(Span.fromContext(extract("traceparent: " + traceparent)).getSpanContext().isValid())
        .isFalse();
  }

  @Test
  void futureVersionOfTraceContextIsReadAsFarAsItIsKnown() {
    Context context = extract("traceparent: cc-" + TRACE + "-" + SPAN + "-01-what-the-future-is");
    assertThat(Span.fromContext(context).getSpanContext().getTraceId()).isEqualTo(TRACE);
  }

  @Test
  void malformedTraceContextFallsBackToB3() {
    Context context = extract("traceparent: nonsense; b3: " + OTHER + "-" + SPAN + "-1");
    assertThat(Span.fromContext(context).getSpanContext().getTraceId()).isEqualTo(OTHER);
  }

  @Test
  void baggageOfBothKindsIsRead() {
    assertThat(Baggage.fromContext(extract("baggage: tenant=a")).getEntryValue("tenant"))
        .isEqualTo("a");
    String jaeger = "uber-trace-id: " + TRACE + ":" + SPAN + ":0:1; uberctx-tenant: b";
    assertThat(Baggage.fromContext(extract(jaeger)).getEntryValue("tenant")).isEqualTo("b");
    assertThat(Baggage.fromContext(extract("jaeger-baggage: tenant=c")).getEntryValue("tenant"))
        .isEqualTo("c");
  }

  @Test
  void requestWithoutAnyOfTheHeadersIsAskedForFewAndWhatIsConfiguredIsNotReadTwice() {
    List<String> asked = new ArrayList<>();
    List<String> configured = ReadAllPropagatorProvider.before(List.of());
    new ReadAllPropagator(configured)
        .extract(
            Context.root(),
            Map.of("host", "shop"),
            new Headers() {
              @Override
              public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
                asked.add(key);
                return super.get(carrier, key);
              }
            });
    assertThat(asked).containsExactly("uber-trace-id", "jaeger-baggage", "b3", "X-B3-TraceId");
  }

  @Test
  void configuredPropagatorsStayAndNoneStaysNone() {
    assertThat(ReadAllPropagatorProvider.before(List.of()))
        .containsExactly("vigia-read-all", "vigia-tracecontext", "baggage");
    assertThat(ReadAllPropagatorProvider.before(List.of("b3")))
        .containsExactly("vigia-read-all", "b3");
    assertThat(ReadAllPropagatorProvider.before(List.of("none"))).containsExactly("none");
  }

  private Context extract(String headers) {
    Map<String, String> map = new HashMap<>();
    for (String header : headers.split("; ")) {
      int colon = header.indexOf(':');
      map.put(header.substring(0, colon), header.substring(colon + 1).trim());
    }
    return propagator.extract(Context.root(), map, new Headers());
  }

  private static class Headers implements TextMapGetter<Map<String, String>> {
    @Override
    public Iterable<String> keys(Map<String, String> carrier) {
      return carrier.keySet();
    }

    @Override
    public @Nullable String get(@Nullable Map<String, String> carrier, String key) {
      return carrier == null
          ? null
          : carrier.entrySet().stream()
              .filter(header -> header.getKey().equalsIgnoreCase(key))
              .map(Map.Entry::getValue)
              .findFirst()
              .orElse(null);
    }
  }
}
