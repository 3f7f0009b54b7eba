package io.vigia.agent.it;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of OTLP (by HTTP unless told otherwise) and forward on free loopback ports that keeps
 * everything it is sent.
 */
final class Receiver implements AutoCloseable {

  final List<Span> spans = new CopyOnWriteArrayList<>();

  /** Name of the instrumentation scope of each span, by span id. */
  final Map<ByteString, String> scopes = new ConcurrentHashMap<>();

  final List<LogRecord> otlpLogs = new CopyOnWriteArrayList<>();
  final List<Metric> metrics = new CopyOnWriteArrayList<>();
  final List<List<Metric>> metricExports = new CopyOnWriteArrayList<>();
  final List<Resource> resources = new CopyOnWriteArrayList<>();
  final ForwardReceiver forward;

  /** Answered to every request; 200 unless a test says otherwise. */
  volatile int status = 200;

  /** What is longer is answered 413. */
  volatile int maxBytes = Integer.MAX_VALUE;

  /** Answered to {@code GET /sampling}, with the services that asked. */
  volatile String sampling = "{\"probabilisticSampling\":{\"samplingRate\":1}}";

  /** Answered to {@code GET /metrics-form}, empty = there is no such path. */
  volatile String metricsForm = "";

  /**
   * Answered to {@code GET /stdout}, empty = there is no such path; where no text is asked for,
   * none is seen.
   */
  volatile String stdout = "";

  final List<String> stdoutQueries = new CopyOnWriteArrayList<>();

  final List<String> samplingQueries = new CopyOnWriteArrayList<>();

  /** {@code Authorization} of every request, empty where there was none. */
  final List<String> authorizations = new CopyOnWriteArrayList<>();

  final Way way;

  private final @Nullable HttpServer http;
  private final @Nullable GrpcPort grpc;
  private final ExecutorService threads = Executors.newCachedThreadPool();

  private Receiver(Way way, @Nullable Identity identity, int otlpPort, int forwardPort)
      throws Exception {
    this.way = way;
    forward = new ForwardReceiver(forwardPort, threads);
    http = way == Way.HTTP ? http(otlpPort, identity) : null;
    grpc = way == Way.GRPC ? new GrpcPort(this, otlpPort, identity) : null;
  }

  private HttpServer http(int port, @Nullable Identity identity) throws Exception {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    HttpServer server =
        identity == null ? HttpServer.create(address, 0) : https(address, identity.context());
    server.createContext("/v1/traces", exchange -> answer(exchange, this::traces));
    server.createContext("/v1/metrics", exchange -> answer(exchange, this::metrics));
    server.createContext("/v1/logs", exchange -> answer(exchange, this::otlpLogs));
    server.createContext("/sampling", this::sampling);
    server.createContext("/metrics-form", exchange -> answer(exchange, metricsForm));
    server.createContext(
        "/stdout",
        exchange -> {
          String query = exchange.getRequestURI().getQuery();
          stdoutQueries.add(query);
          boolean hasText = query.contains("&text=");
          answer(exchange, hasText ? stdout : stdout.replace("\"seen\":true", "\"seen\":false"));
        });
    server.setExecutor(threads);
    server.start();
    return server;
  }

  private static HttpServer https(InetSocketAddress address, SSLContext context)
      throws IOException {
    HttpsServer server = HttpsServer.create(address, 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(context) {
          @Override
          public void configure(HttpsParameters parameters) {
            SSLParameters required = context.getDefaultSSLParameters();
            required.setNeedClientAuth(true);
            parameters.setSSLParameters(required);
          }
        });
    return server;
  }

  static Receiver start() throws Exception {
    return start(Way.HTTP);
  }

  static Receiver start(Way way) throws Exception {
    return new Receiver(way, null, 0, 0);
  }

  /** Speaks OTLP by TLS, with clients of the same identity only. */
  static Receiver start(Way way, Identity identity, int otlpPort) throws Exception {
    return new Receiver(way, identity, otlpPort, 0);
  }

  /** Comes back at the address that another receiver had. */
  static Receiver start(int otlpPort, int forwardPort) throws Exception {
    return new Receiver(Way.HTTP, null, otlpPort, forwardPort);
  }

  Receiver answering(int newStatus) {
    status = newStatus;
    return this;
  }

  int otlpPort() {
    return http == null ? Objects.requireNonNull(grpc).port() : http.getAddress().getPort();
  }

  int forwardPort() {
    return forward.port();
  }

  List<Map<String, Object>> logs() {
    return forward.records();
  }

  /** Log records by the way they are expected: forward, or OTLP where that travels by gRPC. */
  int logCount() {
    return way == Way.HTTP ? logs().size() : otlpLogs.size();
  }

  /** Paths of the requests whose server span arrived. */
  Set<String> paths() {
    return spans.stream()
        .flatMap(span -> span.getAttributesList().stream())
        .filter(attribute -> attribute.getKey().equals("url.path"))
        .map(attribute -> attribute.getValue().getStringValue())
        .collect(Collectors.toSet());
  }

  Optional<Metric> metric(String name) {
    return metrics.stream().filter(metric -> metric.getName().equals(name)).reduce((a, b) -> b);
  }

  /** How many items of a signal the agent says that it dropped. */
  long dropped(String signal, String reason) {
    Map<String, String> said = Map.of("signal", signal, "outcome", "dropped", "reason", reason);
    return metric("vigia.agent.payloads").stream()
        .flatMap(metric -> metric.getSum().getDataPointsList().stream())
        .filter(point -> attributes(point).equals(said))
        .mapToLong(NumberDataPoint::getAsInt)
        .sum();
  }

  private static Map<String, String> attributes(NumberDataPoint point) {
    return point.getAttributesList().stream()
        .collect(Collectors.toMap(KeyValue::getKey, pair -> pair.getValue().getStringValue()));
  }

  /** Whether the spans and the log events of one order are there. */
  boolean hasOrder() {
    return spans.size() >= 2 && logs().size() >= 3;
  }

  /** Attributes of the last resource seen. */
  Map<String, String> resource() {
    return resources.get(resources.size() - 1).getAttributesList().stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                pair ->
                    pair.getValue().hasIntValue()
                        ? Long.toString(pair.getValue().getIntValue())
                        : pair.getValue().getStringValue()));
  }

  interface Body {
    void accept(byte[] bytes) throws InvalidProtocolBufferException;
  }

  private void sampling(HttpExchange exchange) throws IOException {
    try (exchange) {
      samplingQueries.add(exchange.getRequestURI().getQuery());
      byte[] answer = sampling.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static void answer(HttpExchange exchange, String json) throws IOException {
    try (exchange) {
      byte[] answer = json.getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(
          answer.length == 0 ? 404 : 200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private void answer(HttpExchange exchange, Body body) throws IOException {
    try (exchange) {
      InputStream in = exchange.getRequestBody();
      if ("gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"))) {
        in = new GZIPInputStream(in);
      }
      byte[] bytes = in.readAllBytes();
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      authorizations.add(authorization == null ? "" : authorization);
      int answer = bytes.length > maxBytes ? 413 : status;
      if (answer == 200) {
        body.accept(bytes);
      }
      exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(answer, -1);
    }
  }

  void traces(byte[] bytes) throws InvalidProtocolBufferException {
    ExportTraceServiceRequest.parseFrom(bytes)
        .getResourceSpansList()
        .forEach(
            resource -> {
              resources.add(resource.getResource());
              for (ScopeSpans scope : resource.getScopeSpansList()) {
                for (Span span : scope.getSpansList()) {
                  scopes.put(span.getSpanId(), scope.getScope().getName());
                  spans.add(span);
                }
              }
            });
  }

  void otlpLogs(byte[] bytes) throws InvalidProtocolBufferException {
    ExportLogsServiceRequest.parseFrom(bytes)
        .getResourceLogsList()
        .forEach(
            resource ->
                resource
                    .getScopeLogsList()
                    .forEach(scope -> otlpLogs.addAll(scope.getLogRecordsList())));
  }

  void metrics(byte[] bytes) throws InvalidProtocolBufferException {
    ExportMetricsServiceRequest.parseFrom(bytes)
        .getResourceMetricsList()
        .forEach(
            resource -> {
              resources.add(resource.getResource());
              List<Metric> export =
                  resource.getScopeMetricsList().stream()
                      .flatMap(scope -> scope.getMetricsList().stream())
                      .toList();
              metricExports.add(export);
              metrics.addAll(export);
            });
  }

  @Override
  public void close() {
    if (http != null) {
      http.stop(0);
    }
    if (grpc != null) {
      grpc.close();
    }
    forward.close();
    threads.shutdownNow();
  }
}
