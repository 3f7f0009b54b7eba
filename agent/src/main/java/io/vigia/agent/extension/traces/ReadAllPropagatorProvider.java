package io.vigia.agent.extension.traces;

import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurablePropagatorProvider;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Makes {@link ReadAllPropagator} available to {@code otel.propagators}, where it is put first. */
public final class ReadAllPropagatorProvider implements ConfigurablePropagatorProvider {

  static final String NAME = "vigia-read-all";

  /**
   * The user's list with ours before it, and ours for {@code tracecontext}; unchanged when
   * propagation is switched off.
   */
  public static List<String> before(List<String> configured) {
    List<String> names = new ArrayList<>(configured);
    if (names.isEmpty()) {
      names.add("tracecontext");
      names.add("baggage");
    }
    if (!names.contains("none")) {
      names.replaceAll(
          name -> name.equals("tracecontext") ? TraceContextPropagatorProvider.NAME : name);
      names.add(0, NAME);
    }
    return names;
  }

  /** Whatever is configured behind it. */
  public static TextMapPropagator readingAll() {
    return Harmless.propagator(new ReadAllPropagator(Collections.emptyList()));
  }

  @Override
  public TextMapPropagator getPropagator(ConfigProperties config) {
    return Harmless.propagator(new ReadAllPropagator(config.getList("otel.propagators")));
  }

  @Override
  public String getName() {
    return NAME;
  }
}
