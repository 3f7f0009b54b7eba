package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.net.TestCertificate;
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.otlp.BearerTokens;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS, mutual TLS and bearer tokens, with the JDK's own client. */
class TlsTest {
  private static final InetSocketAddress ANY = new InetSocketAddress("127.0.0.1", 0);
  private static final byte[] LOGS =
      ExportLogsServiceRequest.newBuilder()
          .addResourceLogs(
              ResourceLogs.newBuilder()
                  .addScopeLogs(
                      ScopeLogs.newBuilder()
                          .addLogRecords(
                              LogRecord.newBuilder()
                                  .setTraceId(ByteString.copyFrom(new byte[16]))
                                  .setBody(AnyValue.newBuilder().setStringValue("x")))))
          .build()
          .toByteArray();

  @TempDir private static Path folder;
  private static TestCertificate server;
  private static TestCertificate client;

  private final FakeIntake intake = new FakeIntake();
  private @Nullable Receiver receiver;

  @BeforeAll
  static void makeCertificates() throws Exception {
    server = TestCertificate.make(folder, "server");
    client = TestCertificate.make(folder, "client");
  }

  @AfterEach
  void stop() {
    if (receiver != null) {
      receiver.close();
    }
  }

  private OtlpReceiver otlp(@Nullable Path clientCa, @Nullable BearerTokens tokens)
      throws IOException {
    OtlpReceiver otlp =
        OtlpReceiver.builder()
            .http(ANY)
            .intake(intake)
            .metrics(intake.metrics)
            .tls(
                ServerTls.load(
                    "test",
                    server.certificate(),
                    server.key(),
                    clientCa,
                    List.of("h2", "http/1.1")))
            .tokens(tokens)
            .build();
    otlp.start();
    receiver = otlp;
    return otlp;
  }

  private static SSLContext trusting(@Nullable TestCertificate own) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", server.store().getCertificate("a"));
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(trusted);
    KeyManager[] keys = null;
    if (own != null) {
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(own.store(), TestCertificate.PASSWORD);
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, trust.getTrustManagers(), null);
    return context;
  }

  private static HttpResponse<Void> post(
      OtlpReceiver otlp, SSLContext tls, HttpClient.Version version, @Nullable String token)
      throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("https://localhost:" + otlp.httpAddress().getPort() + "/v1/logs"))
            .header("content-type", "application/x-protobuf")
            .POST(HttpRequest.BodyPublishers.ofByteArray(LOGS));
    if (token != null) {
      request.header("authorization", "Bearer " + token);
    }
    request.timeout(Duration.ofSeconds(30));
    return HttpClient.newBuilder()
        .version(version)
        .sslContext(tls)
        .build()
        .send(request.build(), HttpResponse.BodyHandlers.discarding());
  }

  @Test
  void http2IsNegotiatedAndHttp1Taken() throws Exception {
    OtlpReceiver otlp = otlp(null, null);
    for (HttpClient.Version version : HttpClient.Version.values()) {
      HttpResponse<Void> response = post(otlp, trusting(null), version, null);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.version()).isEqualTo(version);
    }
    assertThat(intake.taken).hasSize(2);
  }

  @Test
  void clientsWithoutACertificateStayOutsideWhenOneIsAskedFor() throws Exception {
    OtlpReceiver otlp = otlp(client.certificate(), null);
    assertThat(post(otlp, trusting(client), HttpClient.Version.HTTP_2, null).statusCode())
        .isEqualTo(200);
    for (TestCertificate notAskedFor : Arrays.asList(null, server)) {
      assertThatThrownBy(() -> answer(otlp, trusting(notAskedFor)))
          .isInstanceOf(IOException.class)
          .isNotInstanceOf(SocketTimeoutException.class);
    }
    assertThat(intake.taken).hasSize(1);
    await().until(() -> intake.counted("malformed:otlp/http:tls") == 2);
  }

  /** By a plain socket: the JDK's HTTP client may wait for ever when it is turned away. */
  private static byte[] answer(OtlpReceiver otlp, SSLContext tls) throws IOException {
    try (Socket socket =
        tls.getSocketFactory().createSocket("127.0.0.1", otlp.httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("POST /v1/logs HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().readAllBytes();
    }
  }

  @Test
  void plainTextToATlsPortIsTurnedAway() throws Exception {
    OtlpReceiver otlp = otlp(null, null);
    try (Socket socket = new Socket("127.0.0.1", otlp.httpAddress().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write("POST /v1/logs HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      socket.getInputStream().readAllBytes(); // ends, perhaps after a TLS alert
    }
    assertThat(intake.counted("malformed:otlp/http:tls")).isEqualTo(1);
  }

  @Test
  void onlyRequestsWithATokenAreTaken() throws Exception {
    Path file = Files.writeString(folder.resolve("tokens"), "new\n\nold\n");
    OtlpReceiver otlp = otlp(null, BearerTokens.load("test", file));
    for (HttpClient.Version version : HttpClient.Version.values()) {
      assertThat(post(otlp, trusting(null), version, "old").statusCode()).isEqualTo(200);
      assertThat(post(otlp, trusting(null), version, "new").statusCode()).isEqualTo(200);
      assertThat(post(otlp, trusting(null), version, "ne").statusCode()).isEqualTo(401);
      HttpResponse<Void> stranger = post(otlp, trusting(null), version, null);
      assertThat(stranger.statusCode()).isEqualTo(401);
      assertThat(stranger.headers().firstValue("www-authenticate")).hasValue("Bearer");
    }
    assertThat(intake.taken).hasSize(4);
  }

  @Test
  void forwardSpeaksTlsToo() throws Exception {
    ForwardReceiver forward =
        ForwardReceiver.builder()
            .listen(ANY)
            .intake(intake)
            .metrics(intake.metrics)
            .tls(ServerTls.load("test", server.certificate(), server.key(), null, List.of()))
            .build();
    forward.start();
    receiver = forward;
    try (Socket socket =
        trusting(null).getSocketFactory().createSocket("localhost", forward.address().getPort())) {
      socket.setSoTimeout(10_000);
      socket
          .getOutputStream()
          .write(
              "\u0093\u00a1a\u0091\u0092\u0001\u0080\u0081\u00a5chunk\u00a1c"
                  .getBytes(StandardCharsets.ISO_8859_1));
      assertThat(socket.getInputStream().readNBytes(7)).endsWith((byte) 'c');
      forward.drain();
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void filesThatMakeNoSenseAreNamed() {
    assertThatThrownBy(
            () -> ServerTls.load("test", server.certificate(), client.key(), null, List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(client.key().toString())
        .hasMessageContaining("PKCS#8");
  }
}
