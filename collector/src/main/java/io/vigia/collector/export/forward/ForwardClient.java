package io.vigia.collector.export.forward;

import io.netty.handler.ssl.SslHandler;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Dialer;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.EventLoops;
import io.vigia.collector.net.NetException;
import io.vigia.collector.net.NetException.Kind;
import io.vigia.collector.net.SharedConnection;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chunks to one server over one connection, made anew when it is gone. Thread-safe. */
final class ForwardClient implements AutoCloseable {
  private final String peer;
  private final ClientOptions options;
  private final @Nullable ForwardIdentity identity;
  private final Dialer dialer;
  private final SharedConnection<ForwardConnection> shared;

  ForwardClient(Endpoint endpoint, ClientOptions options, @Nullable ForwardIdentity identity) {
    this.peer = endpoint.authority();
    this.options = options;
    this.identity = identity;
    this.dialer = new Dialer(endpoint, options, null);
    this.shared = new SharedConnection<>(peer, dialer, this::connect);
  }

  /**
   * Completes when the chunk was acknowledged; fails with a {@link NetException}, within the time.
   */
  CompletableFuture<Void> send(Chunk chunk) {
    return within(connection -> connection.send(chunk), "no acknowledgement");
  }

  /** Completes when the server would take a chunk, as far as the protocol lets one know. */
  CompletableFuture<Void> ready(long listenMillis) {
    return within(
        connection -> {
          CompletableFuture<Void> quiet = new CompletableFuture<>();
          var unused =
              connection
                  .gone()
                  .thenAccept(quiet::completeExceptionally)
                  .completeOnTimeout(null, listenMillis, TimeUnit.MILLISECONDS)
                  .thenRun(() -> quiet.complete(null));
          return quiet;
        },
        "no answer");
  }

  private CompletableFuture<Void> within(
      Function<ForwardConnection, CompletableFuture<Void>> action, String late) {
    CompletableFuture<ForwardConnection> connection = shared.get();
    CompletableFuture<Void> result = new CompletableFuture<>();
    var timer =
        EventLoops.shared()
            .next()
            .schedule(
                () -> {
                  NetException why = late(connection, late);
                  shared.forget(connection); // first: whoever waits for the result may send at once
                  result.completeExceptionally(why);
                  var unused = connection.thenAccept(open -> open.close(why));
                },
                options.timeoutMillis(),
                TimeUnit.MILLISECONDS);
    var unused =
        connection
            .thenCompose(open -> open.ready().thenCompose(ready -> action.apply(open)))
            .whenComplete(
                (done, failure) -> {
                  timer.cancel(false);
                  if (failure == null) {
                    result.complete(null);
                  } else {
                    result.completeExceptionally(NetException.of(peer, unwrap(failure)));
                  }
                });
    return result;
  }

  /** Who asks for no key does not know that we wait for that, and says nothing. */
  private NetException late(CompletableFuture<ForwardConnection> connection, String late) {
    boolean waits =
        identity != null
            && connection.isDone()
            && !connection.isCompletedExceptionally()
            && !connection.join().ready().isDone();
    String within = " within %d ms".formatted(options.timeoutMillis());
    return waits
        ? new NetException(
            Kind.SECRET,
            peer + ": does not ask for a shared key" + within,
            "remove sharedKeyFile if the server has none; is it another port?")
        : new NetException(Kind.TIMEOUT, peer + ": " + late + within);
  }

  private static Throwable unwrap(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
  }

  private void connect(CompletableFuture<ForwardConnection> fresh) {
    ForwardConnection connection;
    try {
      connection =
          new ForwardConnection(peer, identity == null ? null : new Handshake(identity.secrets()));
    } catch (NetException e) {
      shared.forget(fresh);
      fresh.completeExceptionally(e);
      return;
    }
    whenGone(connection, fresh);
    var unused =
        dialer
            .connect(channel -> channel.pipeline().addLast(connection))
            .whenComplete(
                (channel, failure) -> {
                  if (failure != null) {
                    shared.forget(fresh);
                    fresh.completeExceptionally(failure);
                    return;
                  }
                  SslHandler tls = channel.pipeline().get(SslHandler.class);
                  if (tls == null) {
                    fresh.complete(connection);
                    return;
                  }
                  tls.handshakeFuture()
                      .addListener(
                          shaken -> {
                            if (shaken.isSuccess()) {
                              fresh.complete(connection);
                            } else {
                              shared.forget(fresh);
                              fresh.completeExceptionally(handshakeFailure(shaken.cause()));
                            }
                          });
                });
  }

  private void whenGone(ForwardConnection connection, CompletableFuture<ForwardConnection> future) {
    var unused = connection.gone().thenRun(() -> shared.forget(future));
  }

  /** Servers that wanted no TLS do not understand a word, and hang up. */
  private Throwable handshakeFailure(Throwable cause) {
    return cause instanceof ClosedChannelException
        ? new NetException(
            Kind.TLS,
            peer + ": closed the connection in the TLS handshake; it does not speak TLS?",
            "remove tls from the settings, or is it another port?")
        : cause;
  }

  /** Fails what is not acknowledged and closes the connection. Idempotent. */
  @Override
  public void close() {
    shared.close();
  }
}
