package io.vigia.agent.extension.traces;

import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurablePropagatorProvider;

/** Makes {@link TraceContextPropagator} available, which stands for {@code tracecontext}. */
public final class TraceContextPropagatorProvider implements ConfigurablePropagatorProvider {

  static final String NAME = "vigia-tracecontext";

  @Override
  public TextMapPropagator getPropagator(ConfigProperties config) {
    return Harmless.propagator(new TraceContextPropagator());
  }

  @Override
  public String getName() {
    return NAME;
  }
}
