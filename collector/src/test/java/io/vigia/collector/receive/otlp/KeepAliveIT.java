package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.vigia.collector.receive.FakeIntake;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** grpc-java pings without a call, as often as it can be told to: every 10 s. */
class KeepAliveIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration TWO_PINGS = Duration.ofSeconds(22);

  @Test
  void pingsOfGrpcJavaAtItsMinimumAreAnsweredAndTheConnectionStays() throws Exception {
    FakeIntake intake = new FakeIntake();
    try (OtlpReceiver receiver =
        OtlpReceiver.builder()
            .grpc(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .intake(intake)
            .metrics(intake.metrics)
            .build()) {
      receiver.start();
      ManagedChannel client =
          NettyChannelBuilder.forAddress(receiver.grpcAddress())
              .usePlaintext()
              .keepAliveTime(10, TimeUnit.SECONDS)
              .keepAliveTimeout(9, TimeUnit.SECONDS)
              .keepAliveWithoutCalls(true)
              .build();
      try {
        client.getState(true);
        await().atMost(LIMIT).until(() -> client.getState(false) == ConnectivityState.READY);
        AtomicBoolean left = new AtomicBoolean();
        client.notifyWhenStateChanged(ConnectivityState.READY, () -> left.set(true));
        await()
            .during(TWO_PINGS)
            .atMost(LIMIT)
            .untilAsserted(() -> assertThat(left).as("connection was left").isFalse());
        assertThat(intake.counted("malformed:otlp/grpc:ping_flood")).isZero();
      } finally {
        client.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
      }
    }
  }
}
