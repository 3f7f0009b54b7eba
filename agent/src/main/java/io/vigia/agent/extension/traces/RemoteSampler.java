package io.vigia.agent.extension.traces;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import io.vigia.agent.boot.Console;
import java.io.IOException;
import java.util.List;

/**
 * Does what the collector's latest strategy says, and until there is one: everything. Reads are one
 * volatile read; {@link #update} is called by the poller. Thread-safe.
 */
final class RemoteSampler implements Sampler {

  private volatile Sampler current = Sampler.alwaysOn();
  private String text = "";

  /** Uses an answer of the collector; the same answer again changes nothing. */
  synchronized void update(String json) throws IOException {
    if (!json.equals(text)) {
      current = new StrategySampler(Strategy.parse(json), System::nanoTime);
      text = json;
      Console.debug(() -> "sampling strategy: " + json);
    }
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    return current.shouldSample(parent, traceId, name, kind, attributes, links);
  }

  @Override
  public String getDescription() {
    return "VigiaRemoteSampler";
  }
}
