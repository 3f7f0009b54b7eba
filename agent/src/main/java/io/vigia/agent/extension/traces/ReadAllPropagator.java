package io.vigia.agent.extension.traces;

import io.opentelemetry.api.baggage.propagation.W3CBaggagePropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.extension.trace.propagation.B3Propagator;
import io.opentelemetry.extension.trace.propagation.JaegerPropagator;
import java.util.Collection;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * Reads the trace of a mesh or a legacy neighbour, and writes nothing: Jaeger's {@code
 * uber-trace-id}, B3 (one header or several), W3C trace context and baggage; of several that are
 * there and valid the last of this list wins. It stands before the configured propagators, whose
 * headers therefore go before these. Thread-safe.
 */
final class ReadAllPropagator implements TextMapPropagator {

  private static final TextMapPropagator[] ALL = {
    JaegerPropagator.getInstance(),
    B3Propagator.injectingSingleHeader(),
    W3CBaggagePropagator.getInstance(),
    new TraceContextPropagator(),
  };

  @Override
  public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
    Context found = context;
    for (TextMapPropagator each : ALL) {
      found = each.extract(found, carrier, getter);
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
