package io.vigia.agent.programs;

import io.opentelemetry.api.GlobalOpenTelemetry;
import io.opentelemetry.api.trace.Tracer;

/** Makes a thousand spans of 200,000 characters, faster than anybody takes them. */
public final class LargeSpans {
  public static final int SPANS = 1_000;

  public static void main(String[] args) throws Exception {
    Tracer tracer = GlobalOpenTelemetry.getTracer("large");
    String text = "x".repeat(200_000);
    for (int i = 0; i < SPANS; i++) {
      // a text of its own for each: nothing is shared
      tracer.spanBuilder("large").setAttribute("text", i + text).startSpan().end();
    }
    System.out.println("made " + SPANS);
    Stay.asLongAs(args);
  }

  private LargeSpans() {}
}
