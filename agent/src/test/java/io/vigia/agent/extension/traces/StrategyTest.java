package io.vigia.agent.extension.traces;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.samplers.SamplingDecision;
import java.io.IOException;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StrategyTest {

  private static final String PER_OPERATION =
      """
      {"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5},
       "operationSampling":{"defaultSamplingProbability":0.25,
        "defaultLowerBoundTracesPerSecond":0,
        "perOperationStrategies":[
         {"operation":"GET /health","probabilisticSampling":{"samplingRate":0}},
         {"operation":"GET /orders/*","probabilisticSampling":{"samplingRate":1}},
         {"operation":"nightly","probabilisticSampling":{"samplingRate":1.0}}]}}
      """;

  private final AtomicLong nanos = new AtomicLong();
  private final SplittableRandom random = new SplittableRandom(1);

  @Test
  void operationsHaveTheirOwnShare() throws Exception {
    StrategySampler sampler = sampler(PER_OPERATION);
    assertThat(sampled(sampler, "GET", http("GET", "/health"), 1000)).isZero();
    assertThat(sampled(sampler, "GET", http("GET", "/orders/7"), 1000)).isEqualTo(1000);
    assertThat(sampled(sampler, "nightly", Attributes.empty(), 1000)).isEqualTo(1000);
    assertThat(sampled(sampler, "other", Attributes.empty(), 10_000)).isBetween(2_200, 2_800);
  }

  @Test
  void lowerBoundLetsRareOperationsThrough() throws Exception {
    StrategySampler sampler =
        sampler(
            PER_OPERATION
                .replace("TracesPerSecond\":0", "TracesPerSecond\":2")
                .replace("0.25", "0"));
    assertThat(sampled(sampler, "rare", Attributes.empty(), 100)).isEqualTo(2);
    nanos.addAndGet(1_000_000_000L);
    assertThat(sampled(sampler, "rare", Attributes.empty(), 100)).isEqualTo(2);
    assertThat(sampled(sampler, "GET", http("GET", "/health"), 100)).as("has its own").isZero();
  }

  @Test
  void rateLimitHoldsOverTime() throws Exception {
    StrategySampler sampler =
        sampler(
            "{\"strategyType\":1,\"rateLimitingSampling\":{\"maxTracesPerSecond\":5},\"new\":[[{}]]}");
    int sampled = 0;
    for (int i = 0; i < 1000; i++) {
      nanos.addAndGet(10_000_000L);
      sampled += sampled(sampler, "x", Attributes.empty(), 1);
    }
    assertThat(sampled).isBetween(49, 56);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{}",
        "{\"probabilisticSampling\":{\"samplingRate\":\"often\"}}",
        "{\"probabilisticSampling\":{\"samplingRate\":-1}}",
        "{\"probabilisticSampling\":{\"samplingRate\":null}}",
        "{\"probabilisticSampling\":{\"samplingRate\":1",
        "{\"operationSampling\":{\"perOperationStrategies\":[",
        "<html>",
      })
  void whatIsNoStrategyIsRefused(String text) {
    assertThatThrownBy(() -> Strategy.parse(text)).isInstanceOf(IOException.class);
  }

  @Test
  void badAnswerLeavesTheStrategyOfBefore() throws Exception {
    RemoteSampler sampler = new RemoteSampler();
    sampler.update("{\"probabilisticSampling\":{\"samplingRate\":0}}");
    assertThatThrownBy(() -> sampler.update("{}")).isInstanceOf(IOException.class);
    assertThat(
            sampler
                .shouldSample(
                    Context.root(), id(), "x", SpanKind.SERVER, Attributes.empty(), List.of())
                .getDecision())
        .isEqualTo(SamplingDecision.DROP);
  }

  private StrategySampler sampler(String json) throws IOException {
    return new StrategySampler(Strategy.parse(json), nanos::get);
  }

  private static Attributes http(String method, String path) {
    return Attributes.of(
        AttributeKey.stringKey("http.request.method"), method,
        AttributeKey.stringKey("url.path"), path);
  }

  private int sampled(StrategySampler sampler, String name, Attributes attributes, int times) {
    int sampled = 0;
    for (int i = 0; i < times; i++) {
      SamplingDecision decision =
          sampler
              .shouldSample(Context.root(), id(), name, SpanKind.SERVER, attributes, List.of())
              .getDecision();
      sampled += decision == SamplingDecision.RECORD_AND_SAMPLE ? 1 : 0;
    }
    return sampled;
  }

  private String id() {
    return String.format("%016x%016x", random.nextLong(), random.nextLong());
  }
}
