package io.vigia.collector.export.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.BodyWriter;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpClient;
import io.vigia.collector.net.NetException;
import io.vigia.collector.otlp.OtlpSlicer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * OTLP over HTTP/1.1, binary protobuf. Source: opentelemetry.io, "OTLP Specification", OTLP/HTTP.
 * {@link HttpJudge} says what the answers mean.
 */
public final class OtlpHttpExporter implements Exporter {
  /** What a dispatcher puts into one call unless told otherwise. */
  public static final Limits LIMITS = OtlpGrpcExporter.LIMITS;

  private final Builder settings;
  private final Endpoint endpoint;
  private final Set<Signal> signals;
  private final HttpClient client;

  private OtlpHttpExporter(Builder builder) {
    this.settings = builder;
    this.endpoint = Endpoint.parse(builder.endpoint, 0);
    this.signals = Set.copyOf(builder.signals);
    this.client = client(builder.client);
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
    return signals;
  }

  @Override
  public Limits limits() {
    return settings.limits;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    String path = path(batch.signal());
    String url = url(path);
    List<CompletableFuture<PartResult>> calls = new ArrayList<>();
    for (OtlpSlicer.Part part : OtlpSlicer.slice(batch, GrpcWire.OTLP.maxPartBytes())) {
      calls.add(
          send(client, path, part.request())
              .handle(
                  (answer, failure) ->
                      failure == null
                          ? HttpJudge.judge(part, answer, url)
                          : PartResult.retry(part, NetException.of(url, failure).getMessage(), 0)));
    }
    return PartResult.whenAll(batch, calls);
  }

  private CompletableFuture<HttpAnswer> send(HttpClient to, String path, ByteBuffer request) {
    boolean gzip = settings.gzip && request.hasRemaining();
    ByteBuf plain = Unpooled.wrappedBuffer(request);
    ByteBuf body = gzip ? BodyWriter.gzip(plain, 1) : plain;
    String type = "application/x-protobuf";
    return to.send(
        HttpMethod.POST,
        path,
        gzip
            ? Map.of("content-type", type, "content-encoding", "gzip")
            : Map.of("content-type", type),
        body);
  }

  /** Sends an empty request of the first signal, which servers answer with 200. */
  @Override
  public CheckResult check() {
    Signal signal = signals.iterator().next();
    String path = path(signal);
    try (HttpClient once = client(settings.client.within(4_000))) {
      HttpAnswer answer = send(once, path, ByteBuffer.allocate(0)).join();
      return HttpJudge.check(answer, url(path), signal);
    } catch (CompletionException e) {
      return NetException.of(url(path), e.getCause()).check();
    }
  }

  private HttpClient client(ClientOptions options) {
    return HttpClient.builder(endpoint)
        .options(options)
        .maxConnections(2 * settings.limits.maxInFlight())
        .maxResponseBytes(1 << 20)
        .build();
  }

  private String url(String path) {
    return (endpoint.tls() ? "https://" : "http://") + endpoint.authority() + path;
  }

  private String path(Signal signal) {
    return endpoint.path() + "/v1/" + signal.id();
  }

  /** Settings. */
  public static final class Builder {
    private String endpoint = "http://127.0.0.1:4318";
    private Set<Signal> signals = EnumSet.allOf(Signal.class);
    private boolean gzip;
    private ClientOptions client = ClientOptions.defaults();
    private Limits limits = LIMITS;

    private Builder() {}

    /** {@code http[s]://host[:port][/path]}, to which {@code /v1/traces} and so on are added. */
    public Builder endpoint(String endpoint) {
      this.endpoint = endpoint;
      return this;
    }

    /** What the backend takes; all by default. */
    public Builder signals(Set<Signal> signals) {
      this.signals = signals;
      return this;
    }

    public Builder gzip(boolean gzip) {
      this.gzip = gzip;
      return this;
    }

    public Builder client(ClientOptions options) {
      this.client = options;
      return this;
    }

    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * @throws IllegalArgumentException when the endpoint is no URL
     */
    public OtlpHttpExporter build() {
      return new OtlpHttpExporter(this);
    }
  }
}
