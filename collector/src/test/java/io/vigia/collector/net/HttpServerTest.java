package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private static final int PIECE_BYTES = 64 << 10;

  private final CountDownLatch release = new CountDownLatch(1);
  private final AtomicInteger made = new AtomicInteger();
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicInteger waiting = new AtomicInteger();
  private HttpServer server =
      HttpServer.builder()
          .name("test")
          .requestTimeoutMillis(1_000)
          .maxConnections(3)
          .workers(2)
          .maxRequestBytes(1000)
          .get("/hello", r -> HttpResponse.text(200, "hello " + r.parameter("name")))
          .get("/files/*", r -> HttpResponse.text(200, r.path()))
          .get("/big", r -> HttpResponse.text(200, "a".repeat(100_000)))
          .get("/wait", r -> waitForRelease())
          .getAtOnce("/now", r -> HttpResponse.text(200, "now"))
          .get("/pieces", r -> pieces(Integer.parseInt(String.valueOf(r.parameter("n")))))
          .get(
              "/teapot",
              r -> {
                throw new HttpStatusException(418, "short and stout");
              })
          .get(
              "/broken",
              r -> {
                throw new IllegalStateException("on purpose");
              })
          .get(
              "/large",
              r -> {
                throw new OutOfMemoryError("on purpose");
              })
          .post("/echo", r -> HttpResponse.of(200, "application/x", r.body()))
          .build();

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void stop() {
    release.countDown();
    server.close();
    server.close();
  }

  private HttpResponse waitForRelease() throws InterruptedException {
    waiting.incrementAndGet();
    release.await();
    return HttpResponse.text(200, "released");
  }

  private HttpResponse pieces(int count) {
    made.set(0);
    return HttpResponse.inPieces(
        200,
        "text/plain",
        Stream.generate(() -> new byte[PIECE_BYTES])
            .limit(count)
            .peek(piece -> made.incrementAndGet())
            .iterator());
  }

  private java.net.http.HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    var request = java.net.http.HttpRequest.newBuilder(uri(path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.address().getPort() + path);
  }

  private static String text(java.net.http.HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8).strip();
  }

  @Test
  void answersByExactPathAndByPrefix() throws Exception {
    assertThat(text(get("/hello?name=a%20b"))).isEqualTo("hello a b");
    assertThat(text(get("/files/x/y.js"))).isEqualTo("/files/x/y.js");
    assertThat(get("/nothing").statusCode()).isEqualTo(404);
  }

  @Test
  void postTakesABodyAndGetOfItIsRefused() throws Exception {
    var post =
        java.net.http.HttpRequest.newBuilder(uri("/echo")).POST(BodyPublishers.ofString("ping"));
    assertThat(text(client.send(post.build(), BodyHandlers.ofByteArray()))).isEqualTo("ping");
    var get = get("/echo");
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("allow")).hasValue("POST");
  }

  @Test
  void tooLargeBodyIsRefusedAndTheNextRequestIsServed() throws Exception {
    var post =
        java.net.http.HttpRequest.newBuilder(uri("/echo"))
            .POST(BodyPublishers.ofString("x".repeat(1001)));
    assertThat(client.send(post.build(), BodyHandlers.ofByteArray()).statusCode()).isEqualTo(413);
    assertThat(get("/hello").statusCode()).isEqualTo(200);
  }

  @Test
  void failuresOfHandlersBecomeAnswers() throws Exception {
    assertThat(get("/teapot").statusCode()).isEqualTo(418);
    assertThat(text(get("/teapot"))).isEqualTo("short and stout");
    var broken = get("/broken");
    assertThat(broken.statusCode()).isEqualTo(500);
    assertThat(text(broken)).doesNotContain("on purpose");
  }

  @Test
  void aHandlerThatRunsOutOfMemoryKeepsNoClientWaiting() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", server.address().getPort())) {
      socket.setSoTimeout(20_000);
      socket
          .getOutputStream()
          .write("GET /large HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 500".length());
      assertThat(new String(status, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 500");
    }
  }

  @Test
  void compressesWhenTheClientAcceptsIt() throws Exception {
    var zipped = get("/big", "Accept-Encoding", "gzip");
    assertThat(zipped.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
        .hasSize(100_001);
    assertThat(get("/big").body()).hasSize(100_001);
  }

  @Test
  void aBodyInPiecesArrivesWhole() throws Exception {
    assertThat(get("/pieces?n=20").body()).hasSize(20 * PIECE_BYTES);
    var zipped = get("/pieces?n=20", "Accept-Encoding", "gzip");
    assertThat(zipped.headers().firstValue("content-encoding")).hasValue("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(zipped.body())).readAllBytes())
        .hasSize(20 * PIECE_BYTES);
    assertThat(get("/pieces?n=0").body()).isEmpty();
    var head =
        java.net.http.HttpRequest.newBuilder(uri("/pieces?n=20"))
            .method("HEAD", BodyPublishers.noBody())
            .build();
    assertThat(client.send(head, BodyHandlers.ofByteArray()).body()).isEmpty();
    try (Socket socket = connect()) { // knows no chunks
      socket.getOutputStream().write("GET /pieces?n=20 HTTP/1.0\r\n\r\n".getBytes("UTF-8"));
      String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(all.substring(all.indexOf("\r\n\r\n") + 4)).hasSize(20 * PIECE_BYTES);
    }
  }

  @Test
  void piecesAreMadeAsTheClientTakesThem() throws Exception {
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write("GET /pieces?n=10000 HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("UTF-8"));
      assertThat(socket.getInputStream().read()).isEqualTo('H');
      for (int i = 0; i < 10; i++) { // the connections' thread has time for others
        assertThat(get("/hello").statusCode()).isEqualTo(200);
      }
      assertThat(made.get()).isBetween(1, 1_000);
    }
  }

  @Test
  void headHasTheLengthButNoBody() throws Exception {
    var head =
        java.net.http.HttpRequest.newBuilder(uri("/big"))
            .method("HEAD", BodyPublishers.noBody())
            .build();
    var response = client.send(head, BodyHandlers.ofByteArray());
    assertThat(response.body()).isEmpty();
    assertThat(response.headers().firstValue("content-length")).hasValue("100001");
  }

  @Test
  void pipelinedRequestsAreAnsweredInOrderOnOneConnection() throws Exception {
    try (Socket socket = connect()) {
      StringBuilder requests = new StringBuilder();
      for (int i = 0; i < 50; i++) {
        requests.append("GET /hello?name=").append(i).append(" HTTP/1.1\r\nHost: x\r\n\r\n");
      }
      requests.append("GET /hello?name=end HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      socket.getOutputStream().write(requests.toString().getBytes(StandardCharsets.UTF_8));
      String all =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(l -> l.startsWith("hello"))
              .reduce("", (a, b) -> a + b.substring(6) + " ");
      assertThat(all).startsWith("0 1 2 3 ").endsWith("48 49 end ");
    }
  }

  @Test
  void garbageIsRefusedAndTheConnectionClosed() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write("\u0001\u0002 nonsense\r\n\r\n".getBytes("ISO-8859-1"));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400");
    }
    try (Socket socket = connect()) {
      socket
          .getOutputStream()
          .write("GET /hello?name=%zz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("ISO-8859-1"));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.UTF_8))
          .isEqualTo("HTTP/1.1 400");
    }
  }

  @Test
  void aClientThatStallsIsDisconnected() throws Exception {
    try (Socket socket = connect()) {
      socket.getOutputStream().write("GET /hello HTTP/1.1\r\nHos".getBytes("ISO-8859-1"));
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void whatNeverWaitsIsAnsweredAlsoWhileAllWorkersAreBusy() throws Exception {
    var wait = java.net.http.HttpRequest.newBuilder(uri("/wait")).build();
    var first = client.sendAsync(wait, BodyHandlers.ofByteArray());
    var second = client.sendAsync(wait, BodyHandlers.ofByteArray());
    await().until(() -> waiting.get() == 2);
    var now =
        java.net.http.HttpRequest.newBuilder(uri("/now")).timeout(Duration.ofSeconds(30)).build();
    assertThat(text(client.send(now, BodyHandlers.ofByteArray()))).isEqualTo("now");
    release.countDown();
    assertThat(text(first.join())).isEqualTo("released");
    assertThat(text(second.join())).isEqualTo("released");
  }

  /** Else whoever opens a few hundred and says nothing keeps probes out, and ends the process. */
  @Test
  void oneMoreConnectionTakesThePlaceOfTheOneThatHasAskedForNothingForTheLongestTime()
      throws Exception {
    server.close();
    server =
        HttpServer.builder()
            .maxConnections(3)
            .get("/hello", r -> HttpResponse.text(200, "hello"))
            .build();
    server.start();
    try (Socket first = connect();
        Socket half = connect();
        Socket asked = connect()) {
      hello(first);
      half.getOutputStream().write("GET /hello HTTP/1.1\r\nHos".getBytes("UTF-8"));
      hello(asked);
      try (Socket one = connect();
          Socket another = connect()) {
        hello(one);
        hello(another);
        assertThat(half.getInputStream().read()).isEqualTo(-1);
        assertThat(first.getInputStream().read()).isEqualTo(-1);
        hello(asked);
      }
    }
  }

  @Test
  void whatNeverWaitsIsAnsweredAlsoWhenEveryConnectionAsksForWhatTakesLong() throws Exception {
    server.close();
    server =
        HttpServer.builder()
            .workers(1)
            .maxConnections(70)
            .get("/wait", r -> waitForRelease())
            .getAtOnce("/hello", r -> HttpResponse.text(200, "hello"))
            .build();
    server.start();
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < 70; i++) {
        Socket socket = connect();
        sockets.add(socket);
        socket.getOutputStream().write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("UTF-8"));
      }
      // one is being answered, 64 wait, the others are told to come again
      await().until(() -> sockets.stream().filter(HttpServerTest::hasAnswer).count() == 5);
      try (Socket probe = connect()) {
        hello(probe);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static boolean hasAnswer(Socket socket) {
    try {
      return socket.getInputStream().available() > 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void hello(Socket socket) throws IOException {
    socket.getOutputStream().write("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("UTF-8"));
    StringBuilder answer = new StringBuilder();
    while (answer.indexOf("\r\n\r\nhello\n") < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as(answer.toString()).isNotNegative();
      answer.append((char) next);
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAtOnceWhenAllOthersAreBeingAnswered() throws Exception {
    server.close();
    server =
        HttpServer.builder()
            .workers(3)
            .maxConnections(3)
            .get("/wait", r -> waitForRelease())
            .build();
    server.start();
    try (Socket a = connect();
        Socket b = connect();
        Socket c = connect()) {
      for (Socket socket : new Socket[] {a, b, c}) {
        socket.getOutputStream().write("GET /wait HTTP/1.1\r\nHost: x\r\n\r\n".getBytes("UTF-8"));
      }
      await().until(() -> waiting.get() == 3);
      try (Socket d = connect()) {
        assertThat(d.getInputStream().read()).isEqualTo(-1);
      }
      release.countDown();
      assertThat(a.getInputStream().read()).isEqualTo('H');
    }
  }

  @Test
  void aPortInUseIsNamed() {
    InetSocketAddress taken = server.address();
    HttpServer second = HttpServer.builder().name("scrape").listen(taken).build();
    assertThatThrownBy(second::start)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + taken.getPort());
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket("127.0.0.1", server.address().getPort());
    socket.setSoTimeout(5_000);
    return socket;
  }
}
