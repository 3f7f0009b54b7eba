package io.vigia.collector.export.otlp;

import io.netty.buffer.ByteBuf;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.GrpcClient;
import io.vigia.collector.otlp.OtlpSlicer;
import java.util.List;

/** What a gRPC backend understands: its methods, and how a part of a batch is said to it. */
interface GrpcWire {
  /** gRPC servers take 4 MiB unless told otherwise; the frame and merged resources need some. */
  int MAX_MESSAGE_BYTES = (4 << 20) - (64 << 10);

  /** For people. */
  String protocol();

  String path(Signal signal);

  /** How many bytes of OTLP to put into one part. */
  int maxPartBytes();

  /** The messages of a part, one call each. The caller releases them. */
  List<ByteBuf> requests(OtlpSlicer.Part part);

  /** Source: opentelemetry.io, "OTLP Specification", OTLP/gRPC. */
  GrpcWire OTLP =
      new GrpcWire() {
        @Override
        public String protocol() {
          return "OTLP/gRPC";
        }

        @Override
        public String path(Signal signal) {
          return switch (signal) {
            case TRACES -> "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
            case METRICS -> "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
            case LOGS -> "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
          };
        }

        @Override
        public int maxPartBytes() {
          return MAX_MESSAGE_BYTES;
        }

        @Override
        public List<ByteBuf> requests(OtlpSlicer.Part part) {
          ByteBuf message = GrpcClient.newMessage(part.bytes());
          part.pieces().forEach(piece -> message.writeBytes(piece.duplicate()));
          return List.of(message);
        }
      };
}
