package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.Channel;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An error while a connection is made (memory, threads) costs that connection only. */
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
