package io.vigia.collector.export.otlp;

import io.netty.buffer.ByteBuf;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.OtlpSlicer;
import java.util.List;

/**
 * Jaeger's own gRPC protocol, for a Jaeger before 1.35. Source: jaeger-idl, {@code
 * api_v2/collector.proto}.
 */
final class JaegerWire implements GrpcWire {
  /** Spans grow: every one of them says its scope and its parent's trace. */
  private static final int MAX_PART_BYTES = 1 << 20;

  @Override
  public String protocol() {
    return "Jaeger's api_v2";
  }

  @Override
  public String path(Signal signal) {
    return "/jaeger.api_v2.CollectorService/PostSpans";
  }

  @Override
  public int maxPartBytes() {
    return MAX_PART_BYTES;
  }

  @Override
  public List<ByteBuf> requests(OtlpSlicer.Part part) {
    return new JaegerSpans().requests(part.request());
  }
}
