package io.vigia.collector.receive.forward;

import io.netty.channel.Channel;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.ListenerOptions;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.TcpListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Receives logs over the Fluentd forward protocol, in all its modes; a chunk is acknowledged only
 * after the {@link Intake}'s future completed. How records become OTLP is in {@code
 * collector/docs/forward.md}.
 */
public final class ForwardReceiver implements Receiver {
  static final String NAME = "forward";

  private final InetSocketAddress listen;
  private final int maxConnections;
  private final long idleTimeoutMillis;
  private final long drainMillis;
  private final @Nullable ServerTls tls;
  private final Forwarding forwarding;
  private @Nullable TcpListener listener;
  private @Nullable Channel heartbeat;

  private ForwardReceiver(Builder builder) {
    listen = builder.listen;
    maxConnections = builder.maxConnections;
    idleTimeoutMillis = builder.idleTimeoutMillis;
    drainMillis = builder.drainMillis;
    tls = builder.tls;
    if (builder.intake == null) {
      throw new IllegalArgumentException("intake is required");
    }
    forwarding =
        new Forwarding(
            builder.intake,
            builder.metrics,
            builder.budget,
            builder.maxMessageBytes,
            builder.maxChunkBytes,
            builder.stallTimeoutMillis,
            builder.security,
            new AtomicBoolean());
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public synchronized void start() throws IOException {
    TcpListener bound =
        TcpListener.bind(
            new ListenerOptions(
                "receivers.forward.listen",
                listen,
                NAME,
                maxConnections,
                idleTimeoutMillis,
                forwarding.budget(),
                forwarding.metrics(),
                tls),
            channel -> channel.pipeline().addLast(new ForwardConnection(forwarding)));
    listener = bound;
    heartbeat = Heartbeat.bind(bound.address());
  }

  /** Where it listens, with the real port when 0 was asked for. Only after {@link #start}. */
  public synchronized InetSocketAddress address() {
    if (listener == null) {
      throw new IllegalStateException("not listening");
    }
    return listener.address();
  }

  @Override
  public synchronized void drain() {
    if (heartbeat != null) { // another one may want its port
      TcpListener.letGo(heartbeat);
      heartbeat = null;
    }
    if (listener != null) {
      listener.drain();
    }
  }

  @Override
  public synchronized void close() {
    drain();
    if (listener != null) {
      listener.close(drainMillis);
      listener = null;
    }
  }

  /** Collects what a receiver needs; {@code intake} is required. */
  public static final class Builder {
    private InetSocketAddress listen = new InetSocketAddress("127.0.0.1", 24224);
    private @Nullable Intake intake;
    private CollectorMetrics metrics = CollectorMetrics.NOOP;
    private IntakeBudget budget = new IntakeBudget(64L << 20);
    private int maxMessageBytes = 16 << 20;
    private int maxChunkBytes = 32 << 20;
    private int maxConnections = 20_000;
    private long stallTimeoutMillis = 10_000;
    private long idleTimeoutMillis;
    private long drainMillis = 3_000;
    private @Nullable ForwardSecurity security;
    private @Nullable ServerTls tls;

    private Builder() {}

    /** TCP for events and UDP for heartbeats; port 0 takes any free one. */
    public Builder listen(InetSocketAddress listen) {
      this.listen = listen;
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

    /**
     * Of one message as it arrives; default 16 MiB. A larger one closes the connection and is
     * counted ({@code size}): its sender must be told to make smaller chunks.
     */
    public Builder maxMessageBytes(int maxMessageBytes) {
      this.maxMessageBytes = maxMessageBytes;
      return this;
    }

    /** Of one decompressed chunk; default 32 MiB. */
    public Builder maxChunkBytes(int maxChunkBytes) {
      this.maxChunkBytes = maxChunkBytes;
      return this;
    }

    /** Default 20,000; more are closed at once. */
    public Builder maxConnections(int maxConnections) {
      this.maxConnections = maxConnections;
      return this;
    }

    /** Null (the default) = everybody may send, without a handshake. */
    public Builder security(@Nullable ForwardSecurity security) {
      this.security = security;
      return this;
    }

    /** Null (the default) = in the clear. */
    public Builder tls(@Nullable ServerTls tls) {
      this.tls = tls;
      return this;
    }

    /** How long a message that has begun may go without a byte; default 10 s. */
    public Builder stallTimeoutMillis(long stallTimeoutMillis) {
      this.stallTimeoutMillis = stallTimeoutMillis;
      return this;
    }

    /**
     * How long a connection may be silent; default 0, for ever: a sender without acknowledgements
     * loses what it writes into a connection that was closed meanwhile.
     */
    public Builder idleTimeoutMillis(long idleTimeoutMillis) {
      this.idleTimeoutMillis = idleTimeoutMillis;
      return this;
    }

    /** How long closing waits for what is unanswered; default 3 s. */
    public Builder drainMillis(long drainMillis) {
      this.drainMillis = drainMillis;
      return this;
    }

    public ForwardReceiver build() {
      return new ForwardReceiver(this);
    }
  }
}
