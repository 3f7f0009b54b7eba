package io.vigia.agent.it;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** An OTLP/gRPC receiver on a free loopback port: paths of server spans, and who sent them. */
final class GrpcReceiver implements AutoCloseable {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  /** Paths of the requests whose server span arrived. */
  final Set<String> paths = ConcurrentHashMap.newKeySet();

  final List<String> authorizations = new CopyOnWriteArrayList<>();

  private final Server server;

  private GrpcReceiver() throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .intercept(new Authorizations())
            .addService(service("trace", "Trace"))
            .addService(service("metrics", "Metrics"))
            .addService(service("logs", "Logs"))
            .build()
            .start();
  }

  static GrpcReceiver start() throws IOException {
    return new GrpcReceiver();
  }

  int port() {
    return server.getPort();
  }

  private ServerServiceDefinition service(String signal, String name) {
    String service = "opentelemetry.proto.collector." + signal + ".v1." + name + "Service";
    return ServerServiceDefinition.builder(service)
        .addMethod(
            MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(service + "/Export")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build(),
            ServerCalls.asyncUnaryCall(
                (request, answer) -> {
                  if (signal.equals("trace")) {
                    take(request);
                  }
                  answer.onNext(new byte[0]); // an answer without fields
                  answer.onCompleted();
                }))
        .build();
  }

  private void take(byte[] request) {
    try {
      ExportTraceServiceRequest.parseFrom(request).getResourceSpansList().stream()
          .flatMap(resource -> resource.getScopeSpansList().stream())
          .flatMap(scope -> scope.getSpansList().stream())
          .flatMap(span -> span.getAttributesList().stream())
          .filter(attribute -> attribute.getKey().equals("url.path"))
          .forEach(attribute -> paths.add(attribute.getValue().getStringValue()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private final class Authorizations implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String authorization = headers.get(AUTHORIZATION);
      authorizations.add(authorization == null ? "" : authorization);
      return next.startCall(call, headers);
    }
  }

  private static final class Bytes implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
