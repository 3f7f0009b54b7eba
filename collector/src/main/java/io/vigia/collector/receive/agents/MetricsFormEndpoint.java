package io.vigia.collector.receive.agents;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vigia.collector.receive.JsonEndpoint;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code GET /metrics-form}: in which form an agent that its user does not tell otherwise shall
 * send metrics, as {@code {"temporality":"delta","histograms":"exponential"}}. Asked once, at the
 * agent's start.
 */
public final class MetricsFormEndpoint implements JsonEndpoint {
  private final CompletionStage<Answer> answer;

  /**
   * @param delta counters and histograms; otherwise cumulative
   * @param exponential histograms; otherwise with explicit buckets
   */
  public MetricsFormEndpoint(boolean delta, boolean exponential) {
    String json =
        "{\"temporality\":\"%s\",\"histograms\":\"%s\"}"
            .formatted(delta ? "delta" : "cumulative", exponential ? "exponential" : "explicit");
    answer = CompletableFuture.completedStage(new Answer(HttpResponseStatus.OK, json));
  }

  @Override
  public String path() {
    return "/metrics-form";
  }

  @Override
  public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
    return answer;
  }
}
