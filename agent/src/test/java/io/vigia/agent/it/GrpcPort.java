package io.vigia.agent.it;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A {@link Receiver}'s port for OTLP/gRPC: grpc-java's server, on loopback. */
final class GrpcPort implements AutoCloseable {

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Receiver receiver;
  private final Server server;

  GrpcPort(Receiver receiver, int port, @Nullable Identity identity) throws Exception {
    this.receiver = receiver;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .intercept(new Authorizations());
    if (identity != null) {
      builder.sslContext(
          GrpcSslContexts.configure(
                  SslContextBuilder.forServer(identity.keys()).trustManager(identity.trust()),
                  SslProvider.JDK)
              .clientAuth(ClientAuth.REQUIRE)
              .build());
    }
    server =
        builder
            .addService(service("trace", "Trace", receiver::traces))
            .addService(service("metrics", "Metrics", receiver::metrics))
            .addService(service("logs", "Logs", receiver::otlpLogs))
            .build()
            .start();
  }

  int port() {
    return server.getPort();
  }

  private ServerServiceDefinition service(String signal, String name, Receiver.Body body) {
    String service = "opentelemetry.proto.collector." + signal + ".v1." + name + "Service";
    return ServerServiceDefinition.builder(service)
        .addMethod(
            MethodDescriptor.<byte[], byte[]>newBuilder()
                .setType(MethodDescriptor.MethodType.UNARY)
                .setFullMethodName(service + "/Export")
                .setRequestMarshaller(new Bytes())
                .setResponseMarshaller(new Bytes())
                .build(),
            ServerCalls.asyncUnaryCall((request, answer) -> answer(request, answer, body)))
        .build();
  }

  private void answer(byte[] request, StreamObserver<byte[]> answer, Receiver.Body body) {
    if (receiver.status != 200) {
      answer.onError(
          Status.UNAVAILABLE.withDescription("as told: " + receiver.status).asException());
      return;
    }
    try {
      body.accept(request);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    answer.onNext(new byte[0]); // an answer without fields
    answer.onCompleted();
  }

  private final class Authorizations implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
      String authorization = headers.get(AUTHORIZATION);
      receiver.authorizations.add(authorization == null ? "" : authorization);
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

  /** The port is free afterwards. */
  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
