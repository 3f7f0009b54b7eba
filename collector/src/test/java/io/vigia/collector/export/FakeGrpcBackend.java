package io.vigia.collector.export;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.grpc.HandlerRegistry;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A grpc-java server that takes any unary method. Garbage and cuts come from a plain socket. */
public final class FakeGrpcBackend implements FakeBackend {
  private final Deque<Reply> script = new ArrayDeque<>(List.of(Reply.OK));
  private final Server server;
  private final int port;
  private @Nullable FakeHttpBackend wrong;
  public final List<byte[]> seen = new CopyOnWriteArrayList<>();
  public final List<String> methods = new CopyOnWriteArrayList<>();
  private volatile Metadata metadata = new Metadata();
  private volatile byte[] response = new byte[0];
  private volatile @Nullable Status closing;
  private volatile boolean saysWhen;

  public FakeGrpcBackend() {
    try {
      server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", 0))
              .fallbackHandlerRegistry(
                  new HandlerRegistry() {
                    @Override
                    public ServerMethodDefinition<?, ?> lookupMethod(
                        String method, String authority) {
                      methods.add(method);
                      return ServerMethodDefinition.create(
                          MethodDescriptor.<byte[], byte[]>newBuilder(
                                  RawBytes.INSTANCE, RawBytes.INSTANCE)
                              .setFullMethodName(method)
                              .setType(MethodDescriptor.MethodType.UNARY)
                              .build(),
                          FakeGrpcBackend.this::handle);
                    }
                  })
              .build()
              .start();
      port = server.getPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ServerCall.Listener<byte[]> handle(ServerCall<byte[], byte[]> call, Metadata headers) {
    call.request(1);
    metadata = headers;
    return new ServerCall.Listener<>() {
      private byte[] message = new byte[0];

      @Override
      public void onMessage(byte[] bytes) {
        message = bytes;
      }

      @Override
      public void onHalfClose() {
        seen.add(message);
        answer(call);
      }
    };
  }

  private void answer(ServerCall<byte[], byte[]> call) {
    Status end = closing;
    if (end != null) {
      call.close(end, saysWhen ? retry() : new Metadata());
      return;
    }
    switch (next()) {
      case OK -> {
        call.sendHeaders(new Metadata());
        call.sendMessage(response);
        call.close(Status.OK, new Metadata());
      }
      case OVERLOADED -> call.close(Status.UNAVAILABLE.withDescription("busy, später"), retry());
      case REFUSED -> call.close(Status.INVALID_ARGUMENT.withDescription("no"), new Metadata());
      case UNAUTHORIZED ->
          call.close(Status.UNAUTHENTICATED.withDescription("who"), new Metadata());
      default -> {} // hangs
    }
  }

  /**
   * From now on every call ends so.
   *
   * @param saysWhen with a RetryInfo of two seconds
   */
  public void closeCalls(Status status, boolean saysWhen) {
    this.saysWhen = saysWhen;
    this.closing = status;
  }

  /** What an OK says. */
  public void response(byte[] message) {
    response = message;
  }

  private static Metadata retry() {
    byte[] info = new byte[] {10, 2, 8, 2}; // RetryInfo { retry_delay { seconds: 2 } }
    Any any =
        Any.newBuilder()
            .setTypeUrl("type.googleapis.com/google.rpc.RetryInfo")
            .setValue(com.google.protobuf.ByteString.copyFrom(info))
            .build();
    if (Duration.newBuilder().setSeconds(2).build().toByteArray().length != 2) {
      throw new AssertionError("the bytes above are wrong");
    }
    var status = com.google.protobuf.ByteString.newOutput();
    try {
      var out = com.google.protobuf.CodedOutputStream.newInstance(status);
      out.writeInt32(1, 14);
      out.writeString(2, "busy");
      out.writeMessage(3, any);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Metadata trailers = new Metadata();
    trailers.put(
        Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER),
        status.toByteString().toByteArray());
    return trailers;
  }

  @Override
  public synchronized String url() {
    return wrong != null ? wrong.url() : "http://127.0.0.1:" + port;
  }

  @Override
  public synchronized void replies(Reply... replies) {
    script.clear();
    script.addAll(List.of(replies));
    if (replies[0] == Reply.GARBAGE || replies[0] == Reply.CUT) {
      wrong =
          new FakeHttpBackend() {
            @Override
            protected String beside(Request request) {
              return replies[0] == Reply.GARBAGE
                  ? plain("400 Bad Request", "", "this is no HTTP/2")
                  : "content-length: 1000\r\n";
            }
          };
    }
  }

  @Override
  public int requests() {
    return seen.size();
  }

  @Override
  public @Nullable String header(String name) {
    return metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  private synchronized Reply next() {
    return script.size() > 1 ? script.poll() : script.peek();
  }

  /** Tells clients to go elsewhere (GOAWAY); returns when the last connection is closed. */
  public void shutdown() throws InterruptedException {
    server.shutdown();
    if (!server.awaitTermination(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("a client stayed");
    }
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (wrong != null) {
      wrong.close();
    }
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
