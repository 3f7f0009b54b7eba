package io.vigia.tests.bench;

import com.google.protobuf.CodedInputStream;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.HandlerRegistry;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.vigia.tests.client.RawBytes;
import io.vigia.tests.process.ChildProcess;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * A backend that says yes at once, in a process of its own: {@code Sink bulk PORT FILE} or {@code
 * Sink grpc PORT FILE}. Prints {@code ready} when it listens; keeps the number of events taken in
 * the file, as a big-endian long: what it said yes to is in it before, also when it is killed.
 */
public final class Sink {
  private static ByteBuffer counter = ByteBuffer.allocate(Long.BYTES);

  private static final byte[] CREATED =
      "{\"create\":{\"status\":201}}".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEAD =
      "{\"errors\":false,\"items\":[".getBytes(StandardCharsets.US_ASCII);

  private Sink() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    int port = Integer.parseInt(args[1]);
    counter = map(Path.of(args[2]));
    if (args[0].equals("bulk")) {
      // head and body of an answer leave apart: without it each answer costs a delayed ACK of 40 ms
      System.setProperty("sun.net.httpserver.nodelay", "true");
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

  /** Starts it on that port. */
  static ChildProcess start(String kind, int port, Path counter) {
    ChildProcess sink = ClientProcess.java(Sink.class, kind, "" + port, counter.toString());
    sink.awaitOutput("ready", Duration.ofSeconds(60));
    return sink;
  }

  private static ByteBuffer map(Path file) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      return channel.map(FileChannel.MapMode.READ_WRITE, 0, Long.BYTES);
    }
  }

  private static synchronized void take(int items) {
    counter.putLong(0, counter.getLong(0) + items);
  }

  /** What a sink with this file has taken. */
  static long taken(Path counter) {
    try {
      return ByteBuffer.wrap(Files.readAllBytes(counter)).getLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getResponseHeaders().set("X-Elastic-Product", "Elasticsearch");
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      byte[] answer;
      if (exchange.getRequestURI().getPath().endsWith("_bulk")) {
        int items = lines(exchange.getRequestBody()) / 2;
        take(items);
        answer = created(items);
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

  /** Spans, log records or metrics of an OTLP request: field 2 of field 2 of field 1. */
  private static int items(byte[] request) {
    try {
      return items(CodedInputStream.newInstance(request), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int items(CodedInputStream in, int depth) throws IOException {
    int items = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      boolean nested = tag == (depth == 0 ? 10 : 18);
      if (nested && depth < 2) {
        int outer = in.pushLimit(in.readRawVarint32());
        items += items(in, depth + 1);
        in.popLimit(outer);
      } else {
        items += nested ? 1 : 0;
        in.skipField(tag);
      }
    }
    return items;
  }

  /** Answers every unary method with an empty message. */
  private static final class AnyMethod extends HandlerRegistry {
    @Override
    public @Nullable ServerMethodDefinition<?, ?> lookupMethod(
        String name, @Nullable String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(RawBytes.INSTANCE, RawBytes.INSTANCE)
              .setType(MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(name)
              .build();
      return ServerMethodDefinition.create(
          method,
          ServerCalls.asyncUnaryCall(
              (request, observer) -> {
                take(items(request));
                observer.onNext(new byte[0]);
                observer.onCompleted();
              }));
    }
  }
}
