package io.vigia.agent.programs;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** gRPC: one call that is answered, one that fails. */
final class RemoteCalls {

  private static final MethodDescriptor<String, String> GREET =
      MethodDescriptor.<String, String>newBuilder()
          .setType(MethodDescriptor.MethodType.UNARY)
          .setFullMethodName("shop.Greeter/Greet")
          .setRequestMarshaller(new Text())
          .setResponseMarshaller(new Text())
          .build();

  static void use() throws Exception {
    Server server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(
                ServerServiceDefinition.builder("shop.Greeter")
                    .addMethod(
                        GREET,
                        ServerCalls.asyncUnaryCall(
                            (name, answer) -> {
                              Databases.ask("SELECT 4 AS grpc");
                              if (name.isEmpty()) {
                                answer.onError(Status.INVALID_ARGUMENT.asException());
                                return;
                              }
                              answer.onNext("hello " + name);
                              answer.onCompleted();
                            }))
                    .build())
            .build()
            .start();
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", server.getPort()).usePlaintext().build();
    ClientCalls.blockingUnaryCall(channel, GREET, CallOptions.DEFAULT, "Ana");
    try {
      ClientCalls.blockingUnaryCall(channel, GREET, CallOptions.DEFAULT, "");
    } catch (StatusRuntimeException expected) {
      System.out.println("refused " + expected.getStatus().getCode());
    }
    channel.shutdownNow();
    server.shutdownNow();
  }

  private static final class Text implements MethodDescriptor.Marshaller<String> {
    @Override
    public InputStream stream(String text) {
      return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String parse(InputStream bytes) {
      try {
        return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private RemoteCalls() {}
}
