package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What goes wrong, or takes long, while a connection is made costs that connection only. */
class DialerTest {
  /** A connection that is never used. */
  private static final class Unused implements SharedConnection.Connection {
    @Override
    public @Nullable Channel channel() {
      return null;
    }

    @Override
    public void finish() {}

    @Override
    public void close(NetException why) {}
  }

  private static Dialer dialer(String url, TlsOptions tls) {
    return new Dialer(Endpoint.parse(url, 443), ClientOptions.defaults().withTls(tls), null);
  }

  /** A file that is not to be read. (JUnit takes memory that runs out for the end of all.) */
  private static Path broken() {
    return (Path)
        Proxy.newProxyInstance(
            DialerTest.class.getClassLoader(),
            new Class<?>[] {Path.class},
            (proxy, method, arguments) -> {
              throw new LinkageError("a class that cannot be loaded now");
            });
  }

  @Test
  void anErrorWhileAConnectionIsMadeFailsIt() {
    CompletableFuture<Channel> connection =
        dialer("https://127.0.0.1:9", TlsOptions.trusting(broken())).connect(channel -> {});
    assertThatThrownBy(() -> connection.get(20, TimeUnit.SECONDS))
        .hasRootCauseInstanceOf(LinkageError.class);
  }

  /** As when no name server answers for it. */
  @Test
  void aNameThatTakesLongToLookUpDelaysNoOtherDestination() throws Exception {
    CountDownLatch answered = new CountDownLatch(1);
    AtomicInteger lookUps = new AtomicInteger();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + server.getLocalPort();
      Dialer slow =
          new Dialer(
              Endpoint.parse(url, 80),
              ClientOptions.defaults(),
              null,
              host -> {
                lookUps.incrementAndGet();
                awaitUninterruptibly(answered);
                return InetAddress.getAllByName(host);
              });
      List<CompletableFuture<Channel>> waiting = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        waiting.add(slow.connect(channel -> {}));
      }
      try {
        dialer(url, TlsOptions.DEFAULT).connect(channel -> {}).get(60, TimeUnit.SECONDS).close();
        assertThat(waiting).noneMatch(CompletableFuture::isDone);
      } finally {
        answered.countDown();
      }
      for (CompletableFuture<Channel> one : waiting) {
        one.get(60, TimeUnit.SECONDS).close();
      }
      assertThat(lookUps).hasValue(1);
      slow.connect(channel -> {}).get(60, TimeUnit.SECONDS).close();
      assertThat(lookUps).as("a name may have another address by now").hasValue(2);
    }
  }

  @Test
  void aNameThatIsNotFoundFailsAllThatWaitForItAndIsLookedUpAgain() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    AtomicBoolean known = new AtomicBoolean();
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Dialer dialer =
          new Dialer(
              Endpoint.parse("http://name:" + server.getLocalPort(), 80),
              ClientOptions.defaults(),
              null,
              host -> {
                awaitUninterruptibly(asked);
                if (!known.get()) {
                  throw new UnknownHostException(host);
                }
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
              });
      List<CompletableFuture<Channel>> waiting = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        waiting.add(dialer.connect(channel -> {}));
      }
      asked.countDown();
      for (CompletableFuture<Channel> one : waiting) {
        assertThatThrownBy(() -> one.get(60, TimeUnit.SECONDS))
            .hasRootCauseInstanceOf(UnknownHostException.class);
      }
      known.set(true);
      dialer.connect(channel -> {}).get(60, TimeUnit.SECONDS).close();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void whatFailedWhileItWasBeginningToConnectIsWaitedForByNobody() throws Exception {
    AtomicInteger tries = new AtomicInteger();
    try (SharedConnection<Unused> shared =
        new SharedConnection<>(
            "peer",
            dialer("http://127.0.0.1:9", TlsOptions.DEFAULT),
            fresh -> {
              if (tries.incrementAndGet() == 1) {
                throw new LinkageError("a class that cannot be loaded now");
              }
              fresh.complete(new Unused());
            })) {
      CompletableFuture<Unused> first = shared.get();
      assertThatThrownBy(() -> first.get(20, TimeUnit.SECONDS))
          .hasRootCauseInstanceOf(LinkageError.class);
      assertThat(shared.get().get(20, TimeUnit.SECONDS)).isNotNull();
    }
  }
}
