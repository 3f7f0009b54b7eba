package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.ListenerOptions;
import io.vigia.collector.receive.TcpListener;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A peer that is gone without a word: its connection is open, and nothing comes. */
class VanishedPeerTest {
  private static final ClientOptions SHORT = ClientOptions.defaults().withTimeoutMillis(300);

  private final ServerSocket server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  private final Endpoint endpoint =
      Endpoint.parse("http://127.0.0.1:" + server.getLocalPort(), 4317);

  VanishedPeerTest() throws IOException {
    server.setSoTimeout(60_000);
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  @Test
  void aGrpcConnectionOnWhichNothingCameIsLeftAtTheDeadlineOfItsCall() throws Exception {
    try (GrpcClient client = GrpcClient.builder(endpoint).options(SHORT).build()) {
      GrpcAnswer answer =
          client.unary("/a.B/C", Unpooled.wrappedBuffer(new byte[1])).get(60, TimeUnit.SECONDS);
      assertThat(answer.status()).isEqualTo(GrpcAnswer.DEADLINE_EXCEEDED);
      leftAndMadeAnew(() -> client.unary("/a.B/C", Unpooled.wrappedBuffer(new byte[1])));
    }
  }

  @Test
  void anHttpConnectionOnWhichNothingCameIsLeftAtTheTimeOut() throws Exception {
    try (HttpClient client = HttpClient.builder(endpoint).options(SHORT).build()) {
      assertThatThrownBy(
              () -> client.send(HttpMethod.GET, "/", Map.of(), null).get(60, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(NetException.class);
      leftAndMadeAnew(() -> client.send(HttpMethod.GET, "/", Map.of(), null));
    }
  }

  private void leftAndMadeAnew(Supplier<Future<?>> next) throws IOException {
    try (Socket first = server.accept()) {
      first.setSoTimeout(60_000);
      InputStream in = first.getInputStream();
      while (in.read() >= 0) {
        // until the client closes
      }
      Future<?> answer = next.get();
      server.accept().close();
      await().until(answer::isDone);
    }
  }

  @Test
  void socketsOfBothSidesAskASilentPeerAfterAMinute() throws Exception {
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    TcpListener listener =
        TcpListener.bind(
            new ListenerOptions(
                "test",
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "test",
                10,
                0,
                new IntakeBudget(1 << 20),
                CollectorMetrics.NOOP,
                null),
            accepted::complete);
    try {
      Endpoint there = Endpoint.parse("http://127.0.0.1:" + listener.address().getPort(), 4317);
      Channel client =
          new Dialer(there, SHORT, null).connect(channel -> {}).get(60, TimeUnit.SECONDS);
      asksAfterAMinute(client);
      asksAfterAMinute(accepted.get(60, TimeUnit.SECONDS));
      var unused = client.close();
      await().until(() -> !accepted.join().isActive());
    } finally {
      listener.close(0);
    }
  }

  private static void asksAfterAMinute(Channel socket) {
    assertThat(socket.config().getOption(ChannelOption.SO_KEEPALIVE)).isTrue();
    assertThat(socket.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE)))
        .isEqualTo(KeepAlive.IDLE_SECONDS);
    assertThat(
            socket.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL)))
        .isEqualTo(KeepAlive.INTERVAL_SECONDS);
    assertThat(socket.config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT)))
        .isEqualTo(KeepAlive.PROBES);
  }
}
