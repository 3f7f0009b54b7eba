package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.TlsFiles;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/gRPC (opentelemetry-proto, docs/specification.md, "OTLP/gRPC") over a sender of the SDK,
 * which is made again when the TLS files have changed. Not thread-safe but for {@link #abort}.
 */
final class OtlpGrpcTransport implements Outbox.Transport {

  /** What gRPC servers take by default; a longer message is refused however often it comes. */
  static final int SERVERS_LIMIT_BYTES = 4 << 20;

  /** The sender ends a call itself unless it hangs where it cannot, as in a name server. */
  private static final long GRACE_MILLIS = 500;

  /** Asked before each call. */
  interface Tls {
    TlsFiles.Material current() throws IOException;
  }

  /** Makes the sender; without files of ours it knows itself whom to trust. */
  interface Connector {
    GrpcSender connect(TlsFiles.@Nullable Material tls);
  }

  private final @Nullable Tls tls;
  private final Connector connector;
  private final long timeoutMillis;
  private TlsFiles.@Nullable Material used;
  private @Nullable GrpcSender sender;
  private volatile @Nullable CompletableFuture<GrpcResponse> underWay;

  OtlpGrpcTransport(@Nullable Tls tls, Connector connector, long timeoutMillis) {
    this.tls = tls;
    this.connector = connector;
    this.timeoutMillis = timeoutMillis;
  }

  /** Makes the sender now, because its many classes would take too long at the JVM's exit. */
  void prepare() {
    try {
      sender();
    } catch (IOException e) {
      Console.debug(() -> "not ready to send by gRPC: " + e); // told when something is sent
    }
  }

  @Override
  public void deliver(byte[] payload) throws IOException {
    GrpcSender current = sender();
    CompletableFuture<GrpcResponse> answer = new CompletableFuture<>();
    underWay = answer;
    try {
      if (ExitBudget.isSpent()) { // since the outbox asked
        abort();
      } else {
        current.send(new Payload(payload), answer::complete, answer::completeExceptionally);
      }
      judge(await(answer), payload.length);
    } catch (RuntimeException e) {
      throw new IOException(e); // a header that cannot be sent, which can be repaired
    } finally {
      underWay = null;
    }
  }

  private GrpcSender sender() throws IOException {
    TlsFiles.Material now = tls == null ? null : tls.current();
    GrpcSender current = sender;
    if (current == null || now != used) {
      close();
      try {
        current = connector.connect(now);
      } catch (RuntimeException e) {
        throw new IOException(e);
      }
      sender = current;
      used = now;
    }
    return current;
  }

  private GrpcResponse await(CompletableFuture<GrpcResponse> answer) throws IOException {
    try {
      return answer.get(timeoutMillis + GRACE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      close();
      throw new SocketTimeoutException("no answer within " + timeoutMillis + " ms");
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      throw cause instanceof IOException ? (IOException) cause : new IOException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while it waited for an answer");
    }
  }

  /** Which status may be followed by another try is in the specification, under "Failures". */
  private static void judge(GrpcResponse answer, int bytes) throws IOException {
    GrpcStatusCode status = answer.getStatusCode();
    String message = status + " " + Excerpt.of(String.valueOf(answer.getStatusDescription()));
    switch (status) {
      case OK:
        PartialSuccess.check(answer.getResponseMessage());
        return;
      case INVALID_ARGUMENT:
      case NOT_FOUND:
      case ALREADY_EXISTS:
      case FAILED_PRECONDITION:
      case UNIMPLEMENTED:
      case INTERNAL:
        throw new Outbox.RefusedException(status.getValue(), message);
      case UNKNOWN:
      case PERMISSION_DENIED:
        throw new Outbox.FailedException(message, 0);
      case RESOURCE_EXHAUSTED:
        if (bytes > SERVERS_LIMIT_BYTES) {
          throw new Outbox.RefusedException(status.getValue(), message);
        }
        throw new Outbox.BusyException(message, 0);
      default:
        // as by HTTP, also what an operator repairs while the data waits: a token, a proxy
        throw new Outbox.BusyException(message, 0);
    }
  }

  /** Ends the wait for an answer, from any thread. */
  void abort() {
    CompletableFuture<GrpcResponse> waiting = underWay;
    if (waiting != null) {
      waiting.completeExceptionally(new SocketTimeoutException("no answer before the exit"));
    }
  }

  void close() {
    GrpcSender open = sender;
    sender = null;
    if (open != null) {
      open.shutdown();
    }
  }
}
