package io.vigia.agent.extension.traces;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.vigia.agent.boot.Console;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of ours runs inside the application's requests may fail without failing them: upstream does
 * not catch everywhere what a propagator or a sampler throws. The first failure is said.
 */
final class Harmless {

  /** A failing read finds no trace, a failing write writes nothing more. */
  static TextMapPropagator propagator(TextMapPropagator ours) {
    return new HarmlessPropagator(ours);
  }

  /** A sampler that fails takes everything. */
  static Sampler sampler(Sampler ours) {
    return new HarmlessSampler(ours);
  }

  private static final class HarmlessPropagator implements TextMapPropagator {
    private final TextMapPropagator ours;

    HarmlessPropagator(TextMapPropagator ours) {
      this.ours = ours;
    }

    @Override
    public Collection<String> fields() {
      return ours.fields();
    }

    @Override
    public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
      try {
        ours.inject(context, carrier, setter);
      } catch (Throwable e) {
        Console.harmless(e);
      }
    }

    @Override
    public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
      try {
        return ours.extract(context, carrier, getter);
      } catch (Throwable e) {
        Console.harmless(e);
        return context;
      }
    }
  }

  private static final class HarmlessSampler implements Sampler {
    private final Sampler ours;

    HarmlessSampler(Sampler ours) {
      this.ours = ours;
    }

    @Override
    public SamplingResult shouldSample(
        Context parent,
        String traceId,
        String name,
        SpanKind kind,
        Attributes attributes,
        List<LinkData> links) {
      try {
        return ours.shouldSample(parent, traceId, name, kind, attributes, links);
      } catch (Throwable e) {
        Console.harmless(e);
        return SamplingResult.recordAndSample();
      }
    }

    @Override
    public String getDescription() {
      return ours.getDescription();
    }
  }

  private Harmless() {}
}
