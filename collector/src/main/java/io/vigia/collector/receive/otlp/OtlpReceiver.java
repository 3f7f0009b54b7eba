package io.vigia.collector.receive.otlp;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.JsonEndpoint;
import io.vigia.collector.receive.ListenerOptions;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.TcpListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Receives OTLP over gRPC, and over HTTP as protobuf or JSON. Each port speaks all of these; there
 * are two because senders are configured for two (4317 and 4318).
 *
 * <p>A request is answered with success only after the {@link Intake}'s future completed.
 */
public final class OtlpReceiver implements Receiver {
  private final @Nullable InetSocketAddress grpc;
  private final @Nullable InetSocketAddress http;
  private final int maxConnections;
  private final long idleTimeoutMillis;
  private final long drainMillis;
  private final @Nullable ServerTls tls;
  private final Intaker intaker;
  private final List<JsonEndpoint> endpoints;
  private @Nullable TcpListener grpcListener;
  private @Nullable TcpListener httpListener;

  private OtlpReceiver(Builder builder) {
    grpc = builder.grpc;
    http = builder.http;
    maxConnections = builder.maxConnections;
    endpoints = builder.endpoints;
    idleTimeoutMillis = builder.idleTimeoutMillis;
    drainMillis = builder.drainMillis;
    tls = builder.tls;
    if (builder.intake == null) {
      throw new IllegalArgumentException("intake is required");
    }
    intaker =
        new Intaker(
            builder.intake,
            builder.metrics,
            builder.budget,
            builder.maxMessageBytes,
            builder.stallTimeoutMillis,
            builder.tokens);
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public synchronized void start() throws IOException {
    if (grpc != null) {
      grpcListener = bind("receivers.otlp.grpc", grpc, Intaker.GRPC);
    }
    if (http != null && !(http.equals(grpc) && http.getPort() != 0)) {
      try {
        httpListener = bind("receivers.otlp.http", http, Intaker.HTTP);
      } catch (IOException e) {
        close();
        throw e;
      }
    }
  }

  private TcpListener bind(String name, InetSocketAddress address, String receiver)
      throws IOException {
    return TcpListener.bind(
        new ListenerOptions(
            name,
            address,
            receiver,
            maxConnections,
            idleTimeoutMillis,
            intaker.budget(),
            intaker.metrics(),
            tls),
        channel -> channel.pipeline().addLast(new ProtocolSniffer(intaker, endpoints)));
  }

  /** Where gRPC senders connect to, with the real port. Only after {@link #start}. */
  public synchronized InetSocketAddress grpcAddress() {
    return address(grpcListener);
  }

  /** Where HTTP senders connect to, with the real port. Only after {@link #start}. */
  public synchronized InetSocketAddress httpAddress() {
    return address(httpListener != null ? httpListener : grpcListener);
  }

  private static InetSocketAddress address(@Nullable TcpListener listener) {
    if (listener == null) {
      throw new IllegalStateException("not listening");
    }
    return listener.address();
  }

  @Override
  public synchronized void drain() {
    if (grpcListener != null) {
      grpcListener.drain();
    }
    if (httpListener != null) {
      httpListener.drain();
    }
  }

  @Override
  public synchronized void close() {
    drain();
    if (grpcListener != null) {
      grpcListener.close(drainMillis);
    }
    if (httpListener != null) {
      httpListener.close(drainMillis);
    }
    grpcListener = null;
    httpListener = null;
  }

  /** Collects what a receiver needs; {@code intake} and at least one address are required. */
  public static final class Builder {
    private @Nullable InetSocketAddress grpc;
    private @Nullable InetSocketAddress http;
    private @Nullable Intake intake;
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private IntakeBudget budget = new IntakeBudget(64L << 20);
    private List<JsonEndpoint> endpoints = List.of();
    private int maxMessageBytes = 4 << 20;
    private int maxConnections = 20_000;
    private long stallTimeoutMillis = 10_000;
    private long idleTimeoutMillis = 30 * 60_000;
    private long drainMillis = 3_000;
    private @Nullable ServerTls tls;
    private @Nullable BearerTokens tokens;

    private Builder() {}

    /** Null = none; port 0 takes any free one; may be equal to the HTTP address. */
    public Builder grpc(@Nullable InetSocketAddress grpc) {
      this.grpc = grpc;
      return this;
    }

    /** Null = none; port 0 takes any free one; may be equal to the gRPC address. */
    public Builder http(@Nullable InetSocketAddress http) {
      this.http = http;
      return this;
    }

    public Builder intake(Intake intake) {
      this.intake = intake;
      return this;
    }

    public Builder metrics(CollectorMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Shared with other receivers; default one of its own of 64 MiB. */
    public Builder budget(IntakeBudget budget) {
      this.budget = budget;
      return this;
    }

    /** What is answered on these ports beside OTLP, over HTTP/1.1; default nothing. */
    public Builder endpoints(List<JsonEndpoint> endpoints) {
      this.endpoints = List.copyOf(endpoints);
      return this;
    }

    /** Of one request, compressed and decompressed; default 4 MiB. */
    public Builder maxMessageBytes(int maxMessageBytes) {
      this.maxMessageBytes = maxMessageBytes;
      return this;
    }

    /** Per port; default 20,000. */
    public Builder maxConnections(int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /** How long a request that has begun may go without a byte; default 10 s. */
    public Builder stallTimeoutMillis(long stallTimeoutMillis) {
      this.stallTimeoutMillis = stallTimeoutMillis;
      return this;
    }

    /** How long a connection may be silent; default 30 minutes, 0 = for ever. */
    public Builder idleTimeoutMillis(long idleTimeoutMillis) {
      this.idleTimeoutMillis = idleTimeoutMillis;
      return this;
    }

    /** Null (the default) = in the clear. Should offer {@code h2} and {@code http/1.1}. */
    public Builder tls(@Nullable ServerTls tls) {
      this.tls = tls;
      return this;
    }

    /** Null (the default) = everybody may send. */
    public Builder tokens(@Nullable BearerTokens tokens) {
      this.tokens = tokens;
      return this;
    }

    /** How long closing waits for what is unanswered; default 3 s. */
    public Builder drainMillis(long drainMillis) {
      this.drainMillis = drainMillis;
      return this;
    }

    public OtlpReceiver build() {
      return new OtlpReceiver(this);
    }
  }
}
