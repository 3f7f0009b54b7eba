package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2PingFrame;
import io.netty.handler.codec.http2.DefaultHttp2SettingsFrame;
import io.netty.handler.codec.http2.Http2Settings;
import io.vigia.collector.export.FakeHttp2Server;
import io.vigia.collector.export.FakeHttp2Server.Answer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class GrpcClientTest {
  private static final Answer OK = FakeHttp2Server.gzipped(new byte[0]);

  private static CompletableFuture<GrpcAnswer> call(GrpcClient client) {
    return client.unary("/a.B/C", Unpooled.wrappedBuffer(new byte[100]));
  }

  private static GrpcAnswer answer(GrpcClient client) throws Exception {
    return call(client).get(30, TimeUnit.SECONDS);
  }

  private static void maxStreams(FakeHttp2Server server, int max) {
    Http2Settings settings = new Http2Settings().maxConcurrentStreams(max);
    server.send(() -> new DefaultHttp2SettingsFrame(settings));
  }

  /** A reset of a stream that was never begun breaks the protocol: the server would hang up. */
  @Test
  void aCallThatWaitsForItsTurnUntilItIsLateNeverGoesOut() throws Exception {
    try (FakeHttp2Server server = new FakeHttp2Server(/* early= */ false, OK);
        GrpcClient client =
            GrpcClient.builder(Endpoint.parse(server.url(), 0))
                .options(ClientOptions.defaults().withTimeoutMillis(2_000))
                .build()) {
      server.answers(
          stream -> {
            maxStreams(server, 0); // known at the other end before the answer is
            OK.to(stream);
          });
      assertThat(answer(client).status()).isEqualTo(GrpcAnswer.OK);
      CompletableFuture<GrpcAnswer> waiting = call(client);
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofMillis(50))
          .until(
              () -> {
                server.send(() -> new DefaultHttp2PingFrame(1)); // it is there all the while
                return waiting.isDone();
              });
      assertThat(waiting.join().status()).isEqualTo(GrpcAnswer.DEADLINE_EXCEEDED);
      server.answers(OK);
      maxStreams(server, 100);
      assertThat(answer(client).status()).isEqualTo(GrpcAnswer.OK);
      assertThat(server.connections()).isEqualTo(1);
      assertThat(server.requests()).isEqualTo(2);
    }
  }
}
