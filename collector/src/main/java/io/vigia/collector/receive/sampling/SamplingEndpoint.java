package io.vigia.collector.receive.sampling;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.vigia.collector.receive.JsonEndpoint;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** {@code GET /sampling?service=NAME} (Jaeger documentation, "Remote Sampling", HTTP endpoint). */
public final class SamplingEndpoint implements JsonEndpoint {
  private final Function<String, String> strategyOfService;

  /**
   * @param strategyOfService gives JSON; called on the event loop, must be fast
   */
  public SamplingEndpoint(Function<String, String> strategyOfService) {
    this.strategyOfService = strategyOfService;
  }

  @Override
  public String path() {
    return "/sampling";
  }

  @Override
  public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
    String service = JsonEndpoint.one(parameters, "service");
    return CompletableFuture.completedFuture(
        service.isEmpty()
            ? new Answer(
                HttpResponseStatus.BAD_REQUEST,
                "{\"error\":\"one service is required: /sampling?service=NAME\"}")
            : new Answer(HttpResponseStatus.OK, strategyOfService.apply(service)));
  }
}
