package io.vigia.collector.export.forward;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.NetException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Logs by the Fluentd forward protocol: PackedForward messages with a {@code chunk} each, delivered
 * when the server acknowledged it. The protocol has no word for refusing: what is not acknowledged
 * is sent again.
 */
public final class ForwardExporter implements Exporter {
  /** What a dispatcher puts into one call unless told otherwise. */
  public static final Limits LIMITS = new Limits(1 << 20, 10_000, 100, 4);

  /** For a greeting that asks for a key: longer than a long way or a busy server takes for one. */
  private static final long LISTEN_MILLIS = 1_500;

  private final Builder settings;
  private final Endpoint endpoint;
  private final ForwardClient client;

  private ForwardExporter(Builder builder) {
    this.settings = builder;
    this.endpoint = Endpoint.parse(builder.address, 24224);
    this.client = new ForwardClient(endpoint, builder.client, builder.identity);
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() {}

  @Override
  public void close() {
    client.close();
  }

  @Override
  public Set<Signal> signals() {
    return Set.of(Signal.LOGS);
  }

  @Override
  public Limits limits() {
    return settings.limits;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    List<Chunk> chunks = Chunk.of(batch, settings.tag, settings.gzip);
    List<CompletableFuture<@Nullable String>> failures = new ArrayList<>();
    for (Chunk chunk : chunks) {
      failures.add(client.send(chunk).handle((done, failure) -> text(failure)));
    }
    return CompletableFuture.allOf(failures.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            done -> result(chunks, failures.stream().map(CompletableFuture::join).toArray()));
  }

  private static @Nullable String text(@Nullable Throwable failure) {
    return failure == null ? null : String.valueOf(failure.getMessage());
  }

  private static ExportResult result(List<Chunk> chunks, @Nullable Object[] failures) {
    List<ExportBatch.Entry> retry = new ArrayList<>();
    String reason = null;
    for (int i = 0; i < failures.length; i++) {
      if (failures[i] != null) {
        reason = reason == null ? (String) failures[i] : reason;
        chunks.get(i).entries().forEach(entry -> ExportBatch.add(retry, entry));
      }
    }
    return reason == null
        ? ExportResult.delivered()
        : new ExportResult(0, List.of(), retry, 0, reason);
  }

  /** Connects and, with a key, shakes hands; without one it listens whether it is asked for. */
  @Override
  public CheckResult check() {
    String peer = endpoint.authority();
    try (ForwardClient once =
        new ForwardClient(endpoint, settings.client.within(4_000), settings.identity)) {
      once.ready(settings.identity == null ? LISTEN_MILLIS : 0).join();
      return CheckResult.ok(
          peer
              + (settings.identity == null
                  ? " takes connections (the forward protocol tells no more before data comes)"
                  : " knows the shared key and lets us in"));
    } catch (CompletionException e) {
      return NetException.of(peer, e.getCause()).check();
    }
  }

  /** Settings; only {@code address} is required. */
  public static final class Builder {
    private String address = "127.0.0.1:24224";
    private String tag = "vigia";
    private boolean gzip;
    private @Nullable ForwardIdentity identity;
    private ClientOptions client = ClientOptions.defaults();
    private Limits limits = LIMITS;

    private Builder() {}

    /** {@code host:port}, with {@code https://} before it for TLS. */
    public Builder address(String address) {
      this.address = address;
      return this;
    }

    /** Of every message; what Fluentd routes by. */
    public Builder tag(String tag) {
      this.tag = tag;
      return this;
    }

    /** CompressedPackedForward: Fluentd 0.14.7 and later, Fluent Bit. */
    public Builder gzip(boolean gzip) {
      this.gzip = gzip;
      return this;
    }

    /** For servers that want to know who we are. */
    public Builder identity(@Nullable ForwardIdentity identity) {
      this.identity = identity;
      return this;
    }

    /** TLS and time-out; the protocol has no headers. */
    public Builder client(ClientOptions options) {
      this.client = options;
      return this;
    }

    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * @throws IllegalArgumentException when the address is none
     */
    public ForwardExporter build() {
      return new ForwardExporter(this);
    }
  }
}
