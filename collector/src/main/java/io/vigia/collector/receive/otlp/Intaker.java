package io.vigia.collector.receive.otlp;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.otlp.Answer.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What every request of a receiver shares.
 *
 * @param tokens null when everybody may send
 */
record Intaker(
    Intake intake,
    CollectorMetrics metrics,
    IntakeBudget budget,
    int maxMessageBytes,
    long stallTimeoutMillis,
    @Nullable BearerTokens tokens) {
  static final String GRPC = "otlp/grpc";
  static final String HTTP = "otlp/http";

  /**
   * The refusal of a request with this {@code authorization} header, or null when it may come in.
   */
  @Nullable Answer unauthenticated(@Nullable CharSequence authorization) {
    return tokens == null || tokens.admit(authorization)
        ? null
        : Answer.of(Kind.UNAUTHENTICATED, "a valid bearer token is required");
  }
}
