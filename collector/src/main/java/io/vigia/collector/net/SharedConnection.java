package io.vigia.collector.net;

import io.netty.channel.Channel;
import io.vigia.collector.net.NetException.Kind;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The one connection of a client over which all its requests go: made at the first one, and anew
 * when it is gone or its certificates were rotated. Thread-safe.
 *
 * @param <C> the handler that requests are given to
 */
public final class SharedConnection<C extends SharedConnection.Connection>
    implements AutoCloseable {
  private static final int RETIRE_MILLIS = 1_000;

  private final String peer;
  private final Dialer dialer;
  private final Consumer<CompletableFuture<C>> connect;
  private final Object lock = new Object();
  private @Nullable CompletableFuture<C> current;
  private boolean closed;

  /** What is asked of a connection. */
  public interface Connection {
    /** Null before it is open. From any thread. */
    @Nullable Channel channel();

    /** Takes no more requests, and closes with the answer of the last one. On its event loop. */
    void finish();

    /** Fails what is open, and closes. From any thread. */
    void close(NetException why);
  }

  /**
   * @param peer for messages
   * @param connect begins to connect, and completes the future in every case; whoever it is calls
   *     {@link #forget} when the connection cannot be used (any more)
   */
  public SharedConnection(String peer, Dialer dialer, Consumer<CompletableFuture<C>> connect) {
    this.peer = peer;
    this.dialer = dialer;
    this.connect = connect;
  }

  /** The connection, or one that is being made. */
  public CompletableFuture<C> get() {
    CompletableFuture<C> fresh = new CompletableFuture<>();
    synchronized (lock) {
      if (closed) {
        return CompletableFuture.failedFuture(shutdown());
      }
      if (current != null && !retired(current)) {
        return current;
      }
      current = fresh;
    }
    try {
      connect.accept(fresh);
    } catch (RuntimeException | Error e) { // nobody else would, and all would wait for it
      forget(fresh);
      fresh.completeExceptionally(e);
    }
    return fresh;
  }

  /** Lets go of it when its certificates were rotated: it ends with its last answer. */
  private boolean retired(CompletableFuture<C> future) {
    C connection = future.isCompletedExceptionally() ? null : future.getNow(null);
    Channel channel = connection == null ? null : connection.channel();
    if (connection == null || channel == null || !dialer.outdated(channel)) {
      return false;
    }
    // not at once: a request of another thread may be on its way to it
    var unused =
        channel.eventLoop().schedule(connection::finish, RETIRE_MILLIS, TimeUnit.MILLISECONDS);
    return true;
  }

  /** The next request has another connection. */
  public void forget(CompletableFuture<C> connection) {
    synchronized (lock) {
      if (current == connection) {
        current = null;
      }
    }
  }

  /** Fails what is open, closes the connection and makes no other. Idempotent. */
  @Override
  public void close() {
    CompletableFuture<C> last;
    synchronized (lock) {
      closed = true;
      last = current;
      current = null;
    }
    if (last != null) {
      var unused = last.thenAccept(connection -> connection.close(shutdown()));
    }
  }

  private NetException shutdown() {
    return new NetException(Kind.SHUTDOWN, peer + ": closed");
  }
}
