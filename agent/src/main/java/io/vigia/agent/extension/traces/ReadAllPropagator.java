package io.vigia.agent.extension.traces;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the trace of a mesh or a legacy neighbour, and writes nothing: Jaeger's {@code
 * uber-trace-id}, B3 (one header or several), W3C trace context and baggage; of several that are
 * there and valid the last of this list wins. It stands before the configured propagators, whose
 * headers therefore go before these. Thread-safe.
 *
 * <p>Every request of the application passes here, and few bring any of these headers: a propagator
 * is asked only when the header is there without which it finds nothing, and one that is configured
 * is left to its turn.
 */
final class ReadAllPropagator implements TextMapPropagator {

  /** One more propagator, and the headers of which it needs one. */
  private static final class Reader {
    final TextMapPropagator propagator;
    final String[] anyOf;

    Reader(TextMapPropagator propagator, String... anyOf) {
      this.propagator = propagator;
      this.anyOf = anyOf;
    }

    <C> boolean findsAnything(@Nullable C carrier, TextMapGetter<C> getter) {
      for (String header : anyOf) {
        if (getter.get(carrier, header) != null) {
          return true;
        }
      }
      return false;
    }
  }

  private final List<Reader> readers = new ArrayList<>();

  /**
   * @param configured the names of what reads after this one
   */
  ReadAllPropagator(Collection<String> configured) {
    // its clients write baggage (uberctx-…) beside the first; a person writes the second
    readers.add(new Reader(JaegerPropagator.getInstance(), "uber-trace-id", "jaeger-baggage"));
    readers.add(new Reader(B3Propagator.injectingSingleHeader(), "b3", "X-B3-TraceId"));
    if (!configured.contains("baggage")) {
      readers.add(new Reader(W3CBaggagePropagator.getInstance(), "baggage"));
    }
    if (!configured.contains(TraceContextPropagatorProvider.NAME)) {
      readers.add(new Reader(new TraceContextPropagator(), "traceparent"));
    }
  }

  @Override
  public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
    Context found = context;
    for (Reader each : readers) {
      if (each.findsAnything(carrier, getter)) {
        found = each.propagator.extract(found, carrier, getter);
      }
    }
    return found;
  }

  @Override
  public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
    // what is written is what the user configured, W3C by default
  }

  /** Of what is written. */
  @Override
  public Collection<String> fields() {
    return Collections.emptyList();
  }
}
