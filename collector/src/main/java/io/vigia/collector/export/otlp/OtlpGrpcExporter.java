package io.vigia.collector.export.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.GrpcAnswer;
import io.vigia.collector.net.GrpcClient;
import io.vigia.collector.net.NetException;
import io.vigia.collector.otlp.OtlpSlicer;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * OTLP over gRPC: Jaeger, another collector, any vendor; or what an old Jaeger spoke before. See
 * {@link GrpcWire}.
 *
 * <p>Only {@code INVALID_ARGUMENT} (and a message said to be too large) is a word about the data:
 * refused. Everything else is about the backend or about who we are: again, until it takes it. That
 * is more than the specification's list of codes to retry, because here nothing is thrown away for
 * a wrong token.
 */
public final class OtlpGrpcExporter implements Exporter {
  /** What a dispatcher puts into one call unless told otherwise. */
  public static final Limits LIMITS = new Limits(3 << 20, 20_000, 50, 4);

  /** What servers answer to a message over their limit; the last one as OUT_OF_RANGE. */
  private static final List<String> TOO_LARGE =
      List.of(
          "message larger than max", // grpc-go, gRPC core (Python, C++), grpc-js
          "message after decompression larger than max", // grpc-go
          "message that decompresses to a size larger than", // grpc-js
          "message exceeds maximum size", // grpc-java
          "message exceeds the maximum", // grpc-dotnet
          "message length too large", // tonic (Rust)
          "HTTP status 413"); // a proxy between (nginx takes 1 MB unless told otherwise)

  private final Builder settings;
  private final Endpoint endpoint;
  private final Set<Signal> signals;
  private final GrpcClient client;

  private OtlpGrpcExporter(Builder builder) {
    this.settings = builder;
    this.endpoint = Endpoint.parse(builder.endpoint, 4317);
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
    List<CompletableFuture<PartResult>> parts = new ArrayList<>();
    for (OtlpSlicer.Part part : OtlpSlicer.slice(batch, settings.wire.maxPartBytes())) {
      parts.add(send(batch.signal(), part));
    }
    return PartResult.whenAll(batch, parts);
  }

  private CompletableFuture<PartResult> send(Signal signal, OtlpSlicer.Part part) {
    CompletableFuture<PartResult> result =
        CompletableFuture.completedFuture(PartResult.delivered(part, 0, ""));
    for (ByteBuf request : settings.wire.requests(part)) {
      result =
          client
              .unary(settings.wire.path(signal), request)
              .thenApply(answer -> judge(part, answer))
              .thenCombine(result, PartResult::worse);
    }
    return result;
  }

  private PartResult judge(OtlpSlicer.Part part, GrpcAnswer answer) {
    String detail =
        PartResult.oneLine(answer.statusName() + " from " + endpoint + ": " + answer.message());
    long retryAfterMillis = Math.max(0, answer.retryAfterMillis());
    return switch (answer.status()) {
      case GrpcAnswer.OK -> PartResult.delivered(part, answer.body());
      case GrpcAnswer.INVALID_ARGUMENT -> PartResult.refused(part, "invalid_argument", detail);
      case GrpcAnswer.RESOURCE_EXHAUSTED, GrpcAnswer.OUT_OF_RANGE ->
          TOO_LARGE.stream().anyMatch(answer.message()::contains)
              ? PartResult.refused(part, "too_large", detail)
              : PartResult.retry(part, detail, retryAfterMillis);
      case GrpcAnswer.UNAUTHENTICATED, GrpcAnswer.PERMISSION_DENIED ->
          PartResult.retry(
              part, detail + " (check tokenFile, or username and passwordFile)", retryAfterMillis);
      case GrpcAnswer.UNIMPLEMENTED ->
          PartResult.retry(
              part,
              detail
                  + " (it takes no "
                  + part(part)
                  + " by "
                  + settings.wire.protocol()
                  + "; is this the right port?)",
              retryAfterMillis);
      default ->
          PartResult.retry(
              part, answer.failure() != null ? answer.message() : detail, retryAfterMillis);
    };
  }

  private static String part(OtlpSlicer.Part part) {
    return part.entries().get(0).record().signal().id();
  }

  /** Sends an empty request of the first signal, which servers answer with OK. */
  @Override
  public CheckResult check() {
    Signal signal = signals.iterator().next();
    GrpcAnswer answer;
    try (GrpcClient once = client(settings.client.within(4_000))) {
      answer = once.unary(settings.wire.path(signal), Unpooled.EMPTY_BUFFER).join();
    }
    String said = PartResult.oneLine(answer.statusName() + ": " + answer.message());
    NetException failure = answer.failure();
    if (failure != null) {
      return failure.check();
    }
    return switch (answer.status()) {
      // an empty request is an odd one; who says so understood it
      case GrpcAnswer.OK, GrpcAnswer.INVALID_ARGUMENT ->
          CheckResult.ok(endpoint + " takes " + signal.id() + " by " + settings.wire.protocol());
      case GrpcAnswer.UNIMPLEMENTED ->
          CheckResult.failed(
              endpoint
                  + " takes no "
                  + signal.id()
                  + " by "
                  + settings.wire.protocol()
                  + " ("
                  + said
                  + ")",
              settings.wire == GrpcWire.OTLP
                  ? "is this its OTLP/gRPC port (4317)? for OTLP/HTTP (4318) set protocol:"
                      + " http/protobuf; for a Jaeger before 1.35 (14250) set protocol: api_v2"
                  : "is this its port 14250? for 4317 remove protocol: api_v2");
      case GrpcAnswer.UNAUTHENTICATED, GrpcAnswer.PERMISSION_DENIED ->
          CheckResult.failed(
              endpoint + " answered " + said, "set tokenFile, or username and passwordFile");
      default ->
          CheckResult.failed(endpoint + " answered " + said, "see the log of the other side");
    };
  }

  private GrpcClient client(ClientOptions options) {
    return GrpcClient.builder(endpoint).options(options).gzipLevel(settings.gzip ? 1 : 0).build();
  }

  /** Settings. */
  public static final class Builder {
    private String endpoint = "http://127.0.0.1:4317";
    private Set<Signal> signals = EnumSet.allOf(Signal.class);
    private boolean gzip;
    private GrpcWire wire = GrpcWire.OTLP;
    private ClientOptions client = ClientOptions.defaults();
    private Limits limits = LIMITS;

    private Builder() {}

    /** {@code http[s]://host[:port]}; 4317 when there is no port. */
    public Builder endpoint(String endpoint) {
      this.endpoint = endpoint;
      return this;
    }

    /** What the backend takes; all by default. */
    public Builder signals(Set<Signal> signals) {
      this.signals = signals;
      return this;
    }

    /** Jaeger's own protocol instead of OTLP, for a Jaeger before 1.35; traces only. */
    public Builder jaegerApiV2() {
      this.wire = new JaegerWire();
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
    public OtlpGrpcExporter build() {
      return new OtlpGrpcExporter(this);
    }
  }
}
