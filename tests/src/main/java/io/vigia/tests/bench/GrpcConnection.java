package io.vigia.tests.bench;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.vigia.tests.client.RawBytes;
import java.util.function.Consumer;

/** Sends the same request again and again. */
final class GrpcConnection implements LoadClient.Connection {
  private final ManagedChannel channel;
  private final MethodDescriptor<byte[], byte[]> method;
  private final byte[] request;

  GrpcConnection(Workload workload, int port) {
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().directExecutor().build();
    method =
        MethodDescriptor.newBuilder(RawBytes.INSTANCE, RawBytes.INSTANCE)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(workload.method())
            .build();
    request = workload.otlpRequest();
  }

  @Override
  public void send(Consumer<Boolean> done) {
    ClientCalls.asyncUnaryCall(
        channel.newCall(method, CallOptions.DEFAULT),
        request,
        new StreamObserver<byte[]>() {
          @Override
          public void onNext(byte[] answer) {}

          @Override
          public void onError(Throwable failure) {
            done.accept(false);
          }

          @Override
          public void onCompleted() {
            done.accept(true);
          }
        });
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
