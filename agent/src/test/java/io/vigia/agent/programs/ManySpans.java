package io.vigia.agent.programs;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Tracer;

/** Makes some thousand small spans without a pause, and ends. */
public final class ManySpans {
  public static final int SPANS = 6_000;

  public static void main(String[] args) {
    Tracer tracer = GlobalOpenTelemetry.getTracer("many");
    for (int i = 0; i < SPANS; i++) {
      tracer.spanBuilder("small").setAttribute("number", i).startSpan().end();
    }
  }

  private ManySpans() {}
}
