package io.vigia.agent.extension.traces;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import io.opentelemetry.sdk.trace.samplers.SamplingResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides about root spans as a {@link Strategy} says. An operation is the span's name, or {@code
 * METHOD path} for HTTP, because the span of a request gets its route only later; an operation that
 * ends in {@code *} is a prefix. Thread-safe.
 */
final class StrategySampler implements Sampler {

  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");

  /** Operations that are guaranteed a lower bound; names may be unbounded. */
  private static final int MAX_LOWER_BOUNDS = 2_000;

  private final Strategy strategy;
  private final LongSupplier nanoTime;
  private final @Nullable RateLimit limit;
  private final Sampler byDefault;
  private final Map<String, Sampler> operations = new LinkedHashMap<>();
  private final Map<String, Sampler> prefixes = new LinkedHashMap<>();
  private final Map<String, RateLimit> lowerBounds = new ConcurrentHashMap<>();

  StrategySampler(Strategy strategy, LongSupplier nanoTime) {
    this.strategy = strategy;
    this.nanoTime = nanoTime;
    this.limit = strategy.isRateLimiting ? new RateLimit(strategy.rate, nanoTime) : null;
    this.byDefault = Sampler.traceIdRatioBased(strategy.isRateLimiting ? 1 : strategy.rate);
    strategy.operations.forEach(
        (operation, share) -> {
          Sampler sampler = Sampler.traceIdRatioBased(share);
          if (operation.endsWith("*")) {
            prefixes.put(operation.substring(0, operation.length() - 1), sampler);
          } else {
            operations.put(operation, sampler);
          }
        });
  }

  @Override
  public SamplingResult shouldSample(
      Context parent,
      String traceId,
      String name,
      SpanKind kind,
      Attributes attributes,
      List<LinkData> links) {
    Sampler own = operation(name, attributes);
    if (own == null && limit != null) {
      return limit.take() ? SamplingResult.recordAndSample() : SamplingResult.drop();
    }
    SamplingResult result =
        (own == null ? byDefault : own)
            .shouldSample(parent, traceId, name, kind, attributes, links);
    boolean wanted =
        result.getDecision() == SamplingDecision.RECORD_AND_SAMPLE
            || (own == null && lowerBound(name));
    return wanted ? SamplingResult.recordAndSample() : SamplingResult.drop();
  }

  private @Nullable Sampler operation(String name, Attributes attributes) {
    if (strategy.operations.isEmpty()) {
      return null;
    }
    String path = attributes.get(PATH);
    String request = path == null ? name : attributes.get(METHOD) + " " + path;
    Sampler exact = operations.get(request);
    if (exact == null) {
      exact = operations.get(name);
    }
    if (exact != null) {
      return exact;
    }
    for (Map.Entry<String, Sampler> prefix : prefixes.entrySet()) {
      if (request.startsWith(prefix.getKey()) || name.startsWith(prefix.getKey())) {
        return prefix.getValue();
      }
    }
    return null;
  }

  private boolean lowerBound(String operation) {
    if (strategy.lowerBoundPerSecond <= 0) {
      return false;
    }
    RateLimit bound = lowerBounds.get(operation);
    if (bound == null) {
      if (lowerBounds.size() >= MAX_LOWER_BOUNDS) {
        return false;
      }
      bound =
          lowerBounds.computeIfAbsent(
              operation, name -> new RateLimit(strategy.lowerBoundPerSecond, nanoTime));
    }
    return bound.take();
  }

  @Override
  public String getDescription() {
    return "VigiaRemoteSampler{" + strategy.text + "}";
  }

  @Override
  public String toString() {
    return getDescription();
  }
}
