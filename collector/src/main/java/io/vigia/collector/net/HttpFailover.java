package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.net.NetException.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Several peers of which any will do, such as the nodes of a cluster: stays with one until it is
 * away, then goes on to the next. Thread-safe.
 *
 * <p>A request that never left this machine goes to the next peer at once. One that may have
 * arrived fails, because its sender must know of the doubt; those after it go to the next.
 */
public final class HttpFailover implements AutoCloseable {
  private static final Set<Kind> NOT_SENT =
      EnumSet.of(Kind.REFUSED, Kind.UNREACHABLE, Kind.DNS, Kind.TLS, Kind.TLS_FILES);

  private final List<HttpClient> peers;
  private final AtomicInteger current = new AtomicInteger();

  /**
   * @param peers at least one; closed with this
   */
  public HttpFailover(List<HttpClient> peers) {
    this.peers = List.copyOf(peers);
  }

  /** The peer in use. */
  public Endpoint endpoint() {
    return peers.get(current.get()).endpoint();
  }

  /**
   * As {@link HttpClient#send}.
   *
   * @param target below the path of the peer's own address
   */
  public CompletableFuture<HttpAnswer> send(
      HttpMethod method, String target, Map<String, String> headers, @Nullable ByteBuf body) {
    ByteBuf kept = body == null ? Unpooled.EMPTY_BUFFER : body;
    CompletableFuture<HttpAnswer> result = new CompletableFuture<>();
    var unused = result.whenComplete((answer, failure) -> kept.release());
    attempt(new Request(method, target, headers, kept), peers.size(), result);
    return result;
  }

  private record Request(
      HttpMethod method, String target, Map<String, String> headers, ByteBuf body) {}

  private void attempt(Request request, int triesLeft, CompletableFuture<HttpAnswer> result) {
    int index = current.get();
    HttpClient peer = peers.get(index);
    var unused =
        peer.send(
                request.method,
                peer.endpoint().path() + request.target,
                request.headers,
                request.body.retainedDuplicate())
            .whenComplete(
                (answer, failure) -> {
                  if (failure == null) {
                    if (answer.status() >= 502 && answer.status() <= 504) {
                      leave(index);
                    }
                    result.complete(answer);
                    return;
                  }
                  NetException why = NetException.of(peer.endpoint().toString(), failure);
                  if (why.kind() != Kind.SECRET && why.kind() != Kind.SHUTDOWN) {
                    leave(index);
                  }
                  if (NOT_SENT.contains(why.kind()) && triesLeft > 1) {
                    attempt(request, triesLeft - 1, result);
                  } else {
                    result.completeExceptionally(why);
                  }
                });
  }

  private void leave(int index) {
    current.compareAndSet(index, (index + 1) % peers.size());
  }

  @Override
  public void close() {
    peers.forEach(HttpClient::close);
  }
}
