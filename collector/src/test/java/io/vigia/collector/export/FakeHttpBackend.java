package io.vigia.collector.export;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** HTTP/1.1 by hand on plain sockets, so that it can also be done wrong. */
public class FakeHttpBackend implements FakeBackend {
  /** A request as it came. */
  public record Request(String line, Map<String, String> headers, byte[] body) {}

  private final FakeListener server = new FakeListener("fake-http", this::serve);
  private final Deque<Reply> script = new ArrayDeque<>(List.of(Reply.OK));
  public final List<Request> seen = new CopyOnWriteArrayList<>();

  /** The whole answer to a request whose data is refused. */
  public volatile String refusal = plain("400 Bad Request", "", "cannot parse");

  /** The whole answer to a request that is taken. */
  protected String ok(Request request) {
    return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  }

  /** What is no answer of this protocol. */
  protected String garbage() {
    return plain("200 OK", "", "<html>welcome to the captive portal");
  }

  /** Answers requests that are not telemetry; null when it is. */
  protected @Nullable String beside(Request request) {
    return null;
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  public synchronized void replies(Reply... replies) {
    script.clear();
    script.addAll(List.of(replies));
  }

  @Override
  public int requests() {
    return seen.size();
  }

  @Override
  public @Nullable String header(String name) {
    return seen.get(seen.size() - 1).headers().get(name);
  }

  /** What the next request of telemetry will get. */
  protected synchronized Reply peek() {
    return script.element();
  }

  private synchronized Reply next() {
    return script.size() > 1 ? script.poll() : script.peek();
  }

  private void serve(Socket socket) throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    OutputStream out = socket.getOutputStream();
    for (Request request = read(in); request != null; request = read(in)) {
      if (request.line().equals("TLS")) {
        out.write(plain("400 Bad Request", "", "no TLS").getBytes(StandardCharsets.UTF_8));
        return;
      }
      String answer = beside(request);
      if (answer == null) {
        seen.add(request);
        answer =
            switch (next()) {
              case OK -> ok(request);
              case OVERLOADED -> plain("503 Service Unavailable", "retry-after: 2\r\n", "busy");
              case REFUSED -> refusal;
              case UNAUTHORIZED -> plain("401 Unauthorized", "", "who are you");
              case HANG -> "";
              case GARBAGE -> garbage();
              case CUT -> "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{\"items\":[";
            };
        out.write(answer.getBytes(StandardCharsets.UTF_8));
        out.flush();
        if (answer.contains("content-length: 1000\r\n")) {
          return;
        }
      } else {
        out.write(answer.getBytes(StandardCharsets.UTF_8));
        out.flush();
      }
    }
  }

  public static String plain(String status, String headers, String body) {
    return "HTTP/1.1 "
        + status
        + "\r\n"
        + headers
        + "content-length: "
        + body.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + body;
  }

  private static @Nullable Request read(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int b = in.read();
      if (b == 0x16 && head.size() == 0) { // a TLS record
        return new Request("TLS", Map.of(), new byte[0]);
      }
      if (b < 0) {
        return null;
      }
      head.write(b);
    }
    String[] lines = head.toString(StandardCharsets.ISO_8859_1).split("\r\n");
    Map<String, String> headers = new TreeMap<>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      headers.put(
          lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
          lines[i].substring(colon + 1).trim());
    }
    if (headers.containsKey("transfer-encoding")) {
      return new Request(lines[0], headers, chunks(in));
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Request(lines[0], headers, in.readNBytes(length));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    while (true) {
      StringBuilder size = new StringBuilder();
      for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
        size.append((char) c);
      }
      int length = Integer.parseInt(size.toString().trim(), 16);
      body.write(in.readNBytes(length));
      in.readNBytes(2);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
