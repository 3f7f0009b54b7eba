package io.vigia.collector.export.prometheus;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpClient;
import io.vigia.collector.net.NetException;
import io.vigia.collector.otlp.ProtoWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.xerial.snappy.Snappy;

/**
 * Metrics to a Prometheus (or Mimir, Thanos, VictoriaMetrics) by remote write 2.0 or 1.0. Sources:
 * prometheus.io, "Prometheus Remote-Write 1.0 specification" and "… 2.0 specification".
 *
 * <p>One request at a time, in the order of the log, so that the samples of a series arrive in the
 * order of time. Prometheus refuses a whole request for one sample that is out of order, twice or
 * too old; {@link RemoteWriteBatch} then finds it, so that it costs only itself.
 */
public final class RemoteWriteExporter implements Exporter {
  /** What a dispatcher puts into one call unless told otherwise. */
  public static final Limits LIMITS = new Limits(1 << 20, 5_000, 500, 1);

  private final Builder settings;
  private final Endpoint endpoint;
  private final HttpClient http;
  private final RemoteWriteState state;

  /** Of the protocol. */
  public enum Version {
    /** 2.0 where the server takes it. */
    AUTO,
    V1,
    V2
  }

  /** Whether exponential histograms are sent as what they are. */
  public enum NativeHistograms {
    /** Where the server takes them; else as classic buckets. */
    AUTO,
    /** Until the server says that it has them switched off. */
    ON,
    /** Always as classic buckets. */
    OFF
  }

  private RemoteWriteExporter(Builder builder) {
    this.settings = builder;
    this.endpoint = Endpoint.parse(builder.url, 0);
    this.http = client(builder.client);
    this.state =
        new RemoteWriteState(
            builder.scopeLabels,
            new Negotiation(endpoint.toString(), builder.version, builder.nativeHistograms));
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() {}

  @Override
  public void close() {
    http.close();
  }

  @Override
  public Set<Signal> signals() {
    return Set.of(Signal.METRICS);
  }

  @Override
  public Limits limits() {
    return settings.limits;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    return new RemoteWriteBatch(batch, state, this::send, endpoint.toString()).run();
  }

  private CompletableFuture<HttpAnswer> send(ProtoWriter request, boolean v2) {
    return send(http, request, v2);
  }

  private CompletableFuture<HttpAnswer> send(HttpClient client, ProtoWriter request, boolean v2) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(
        "content-type",
        "application/x-protobuf" + (v2 ? ";proto=io.prometheus.write.v2.Request" : ""));
    headers.put("content-encoding", "snappy");
    headers.put("x-prometheus-remote-write-version", v2 ? "2.0.0" : "0.1.0");
    return client.send(
        HttpMethod.POST,
        endpoint.path().isEmpty() ? "/api/v1/write" : endpoint.path(),
        headers,
        snappy(request));
  }

  private static ByteBuf snappy(ProtoWriter request) {
    try {
      byte[] out = new byte[Snappy.maxCompressedLength(request.size())];
      int length = Snappy.compress(request.array(), 0, request.size(), out, 0);
      return Unpooled.wrappedBuffer(out, 0, length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends an empty request. */
  @Override
  public CheckResult check() {
    HttpAnswer answer;
    try (HttpClient client = client(settings.client.within(4_000))) {
      answer = send(client, new ProtoWriter(), false).join();
    } catch (CompletionException e) {
      NetException failure = NetException.of(endpoint.toString(), e.getCause());
      return failure.check();
    }
    int status = answer.status();
    if (status / 100 == 2 && !answer.isAboutTheWay()) {
      return CheckResult.ok(endpoint + " takes remote write");
    }
    String said = endpoint + " answered " + status + ": " + answer.excerpt();
    return switch (status) {
      case 404, 405 -> CheckResult.failed(said, RemoteWriteBatch.ENABLE_RECEIVER);
      case 401, 403 -> CheckResult.failed(said, "set tokenFile, or username and passwordFile");
      default ->
          CheckResult.failed(
              said,
              answer.isAboutTheWay()
                  ? HttpAnswer.CHECK_THE_WAY
                  : "is this a remote write URL (…/api/v1/write)?");
    };
  }

  private HttpClient client(ClientOptions options) {
    return HttpClient.builder(endpoint)
        .options(options)
        .maxConnections(2)
        .maxResponseBytes(1 << 20)
        .build();
  }

  /** Settings. */
  public static final class Builder {
    private String url = "http://127.0.0.1:9090/api/v1/write";
    private ClientOptions client = ClientOptions.defaults();
    private Limits limits = LIMITS;
    private Version version = Version.AUTO;
    private NativeHistograms nativeHistograms = NativeHistograms.AUTO;
    private boolean scopeLabels;

    private Builder() {}

    /** The whole address; {@code /api/v1/write} when it has no path. */
    public Builder url(String url) {
      this.url = url;
      return this;
    }

    public Builder client(ClientOptions options) {
      this.client = options;
      return this;
    }

    /** One call at a time, whatever they say. */
    public Builder limits(Limits limits) {
      this.limits = limits.with(limits.maxBatchBytes(), limits.lingerMillis(), 1);
      return this;
    }

    public Builder version(Version version) {
      this.version = version;
      return this;
    }

    public Builder nativeHistograms(NativeHistograms nativeHistograms) {
      this.nativeHistograms = nativeHistograms;
      return this;
    }

    /** Whether series carry {@code otel_scope_…} labels. */
    public Builder scopeLabels(boolean scopeLabels) {
      this.scopeLabels = scopeLabels;
      return this;
    }

    /**
     * @throws IllegalArgumentException when the URL is none
     */
    public RemoteWriteExporter build() {
      return new RemoteWriteExporter(this);
    }
  }
}
