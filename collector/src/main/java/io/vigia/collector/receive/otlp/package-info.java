/**
 * OTLP over gRPC and HTTP. One port speaks all of it: gRPC and OTLP/HTTP on HTTP/2 (prior knowledge
 * or ALPN), OTLP/HTTP on HTTP/1.1. Source: opentelemetry.io, "OTLP Specification" 1.8; grpc/grpc,
 * doc/PROTOCOL-HTTP2.md.
 *
 * <p>{@link io.vigia.collector.receive.otlp.OtlpReceiver} listens; {@link
 * io.vigia.collector.receive.otlp.ExportCall} is one request, whatever it came over; {@link
 * io.vigia.collector.receive.otlp.Answer} is what became of it.
 */
@NullMarked
package io.vigia.collector.receive.otlp;

import org.jspecify.annotations.NullMarked;
