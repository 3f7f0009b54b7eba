package io.vigia.tests.demo;

import com.google.protobuf.ByteString;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** An OTLP/HTTP receiver that keeps the spans and says yes to everything else. */
final class SpanReceiver implements AutoCloseable {
  private final Map<ByteString, Received> spans = new ConcurrentHashMap<>();
  private final HttpServer http;

  /** A span with what says where it is from. */
  private record Received(String service, String scope, Span span) {}

  SpanReceiver() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext("/", this::answer);
    http.start();
  }

  String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort();
  }

  /**
   * Service, scope, kind and name of each span, followed by its ancestors', in the alphabet's
   * order.
   */
  List<String> chains() {
    return spans.values().stream().map(this::chain).sorted().toList();
  }

  private String chain(Received received) {
    Span span = received.span;
    String self =
        "%s %s %s \"%s\""
            .formatted(
                received.service,
                received.scope,
                span.getKind().name().replace("SPAN_KIND_", ""),
                span.getName());
    if (span.getParentSpanId().isEmpty()) {
      return self;
    }
    @Nullable Received parent = spans.get(span.getParentSpanId());
    return self + " < " + (parent == null ? "?" : chain(parent));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      InputStream in = exchange.getRequestBody();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
        in = new GZIPInputStream(in);
      }
      byte[] body = in.readAllBytes();
      if (exchange.getRequestURI().getPath().equals("/v1/traces")) {
        ExportTraceServiceRequest.parseFrom(body).getResourceSpansList().forEach(this::keep);
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, -1);
    }
  }

  private void keep(ResourceSpans resource) {
    String service =
        resource.getResource().getAttributesList().stream()
            .filter(attribute -> attribute.getKey().equals("service.name"))
            .map(attribute -> attribute.getValue().getStringValue())
            .findFirst()
            .orElse("");
    for (ScopeSpans scope : resource.getScopeSpansList()) {
      for (Span span : scope.getSpansList()) {
        spans.put(span.getSpanId(), new Received(service, scope.getScope().getName(), span));
      }
    }
  }

  @Override
  public void close() {
    http.stop(0);
  }
}
