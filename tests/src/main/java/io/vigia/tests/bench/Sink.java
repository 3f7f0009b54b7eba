package io.vigia.tests.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A backend that says yes at once, in a process of its own: {@code Sink bulk PORT} or {@code Sink
 * grpc PORT}. Prints {@code ready} when it listens.
 */
public final class Sink {
  private static final byte[] CREATED =
      "{\"create\":{\"status\":201}}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEAD =
      "{\"errors\":false,\"items\":[".getBytes(StandardCharsets.US_ASCII);

  private Sink() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int port = Integer.parseInt(args[1]);
    if (args[0].equals("bulk")) {
      HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 256);
      server.setExecutor(Executors.newFixedThreadPool(4));
      server.createContext("/", Sink::answer);
      server.start();
      System.out.println("ready");
    } else {
      Server server =
          NettyServerBuilder.forAddress(new InetSocketAddress("127.0.0.1", port))
              .directExecutor()
              .maxInboundMessageSize(64 << 20)
              .flowControlWindow(8 << 20)
              .fallbackHandlerRegistry(new AnyMethod())
              .build()
              .start();
      System.out.println("ready");
      server.awaitTermination();
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      byte[] answer;
      if (exchange.getRequestURI().getPath().endsWith("_bulk")) {
        answer = created(lines(exchange.getRequestBody()) / 2);
      } else {
        exchange.getRequestBody().readAllBytes();
        answer = "{\"acknowledged\":true}".getBytes(StandardCharsets.US_ASCII);
      }
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }

  private static int lines(InputStream in) throws IOException {
    byte[] buffer = new byte[1 << 16];
    int lines = 0;
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      for (int i = 0; i < read; i++) {
        if (buffer[i] == '\n') {
          lines++;
        }
      }
    }
    return lines;
  }

  /** As Elasticsearch answers with the filter that leaves out what is not judged. */
  private static byte[] created(int items) {
    byte[] answer = new byte[HEAD.length + items * (CREATED.length + 1) + 2];
    System.arraycopy(HEAD, 0, answer, 0, HEAD.length);
    int at = HEAD.length;
    for (int i = 0; i < items; i++) {
      if (i > 0) {
        answer[at++] = ',';
      }
      System.arraycopy(CREATED, 0, answer, at, CREATED.length);
      at += CREATED.length;
    }
    answer[at++] = ']';
    answer[at++] = '}';
    return java.util.Arrays.copyOf(answer, at);
  }

  /** Answers every unary method with an empty message. */
  private static final class AnyMethod extends HandlerRegistry {
    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
        String name, @Nullable String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(RawBytes.COUNTED, RawBytes.INSTANCE)
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(name)
              .build();
      return ServerMethodDefinition.create(
          method,
          ServerCalls.asyncUnaryCall(
              (request, observer) -> {
                observer.onNext(new byte[0]);
                observer.onCompleted();
              }));
    }
  }
}
