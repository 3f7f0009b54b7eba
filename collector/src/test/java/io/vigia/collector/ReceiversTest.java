package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.ConfigLoader;
import io.vigia.collector.net.TestCertificates;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.forward.ForwardReceiver;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ReceiversTest {
  private static final String TLS =
      "{cert: %s, key: %s}"
          .formatted(TestCertificates.SERVER.certificate(), TestCertificates.SERVER.key());

  @TempDir Path directory;

  @Test
  void excludesNamespacesPodsAndContainers() {
    Predicate<String> excluded =
        Receivers.excluded(List.of("kube-system", "shop/web-*", "*/*/istio-proxy"));
    assertThat(List.of("kube-system/a/b", "shop/web-1/app", "x/y/istio-proxy")).allMatch(excluded);
    assertThat(List.of("kube-system2/a/b", "shop/db-0/app", "x/y/istio", "a/kube-system/b"))
        .noneMatch(excluded);
    assertThat(Receivers.excluded(List.of()).test("a/b/c")).isFalse();
  }

  /** Its certificate was being replaced just then, and the port asked for was taken. */
  @Test
  void whatCouldNotListenAgainAsBeforeIsTriedAgainWithTheConfigurationOfBefore() throws Exception {
    Path certificate = directory.resolve("server.crt");
    Files.copy(TestCertificates.SERVER.certificate(), certificate);
    FakeIntake intake = new FakeIntake();
    Map<String, String> addresses = new ConcurrentHashMap<>();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Receivers receivers =
            new Receivers(intake, intake.metrics, new IntakeBudget(1 << 20), addresses)) {
      CollectorConfig before =
          config(
              "otlp: {grpc: '127.0.0.1:0', tls: {cert: %s, key: %s}}"
                  .formatted(certificate, TestCertificates.SERVER.key()));
      receivers.otlp(before);
      Files.writeString(certificate, "half of it");
      CollectorConfig asked =
          config(
              "otlp: {grpc: '127.0.0.1:0', http: '127.0.0.1:%d'}".formatted(taken.getLocalPort()));
      assertThatThrownBy(() -> receivers.otlp(asked))
          .isInstanceOf(ConfigException.class)
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
      assertThat(addresses).isEmpty();

      Files.copy(
          TestCertificates.SERVER.certificate(), certificate, StandardCopyOption.REPLACE_EXISTING);
      receivers.otlp(before);
      assertThat(addresses).containsOnlyKeys("otlp/grpc");
      URI listening = URI.create("tcp://" + addresses.get("otlp/grpc"));
      try (Socket socket = new Socket(listening.getHost(), listening.getPort())) {
        assertThat(socket.isConnected()).isTrue();
      }
    }
  }

  @Test
  void aPortInUseIsNamedOnceWithItsOwnPlace() throws Exception {
    FakeIntake intake = new FakeIntake();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Receivers receivers = receivers(intake, new ConcurrentHashMap<>())) {
      String used = "127.0.0.1:" + taken.getLocalPort();
      assertThatThrownBy(
              () ->
                  receivers.otlp(config("otlp: {grpc: '127.0.0.1:0', http: '%s'}".formatted(used))))
          .message()
          .containsPattern(":[0-9]+: receivers.otlp.http: cannot listen on " + used);
      assertThatThrownBy(() -> receivers.otlp(config("otlp: {grpc: '%s'}".formatted(used))))
          .message()
          .containsPattern(":[0-9]+: receivers.otlp.grpc: cannot listen on " + used);
      assertThatThrownBy(() -> receivers.forward(config("forward: {listen: '%s'}".formatted(used))))
          .message()
          .containsPattern(":[0-9]+: receivers.forward.listen: cannot listen on " + used);
    }
  }

  @Test
  void heartbeatsAreAnsweredAlsoAfterAReloadOnTheSamePort() throws Exception {
    int port = freePort();
    FakeIntake intake = new FakeIntake();
    try (LogLines lines = new LogLines(ForwardReceiver.class);
        Receivers receivers = receivers(intake, new ConcurrentHashMap<>())) {
      receivers.forward(config("forward: {listen: '127.0.0.1:%d'}".formatted(port)));
      receivers.forward(config("forward: {listen: '127.0.0.1:%d', tls: %s}".formatted(port, TLS)));
      assertThat(lines.with("no UDP heartbeat")).isEmpty();
      try (DatagramSocket socket = new DatagramSocket()) {
        socket.setSoTimeout(5_000);
        socket.connect(InetAddress.getLoopbackAddress(), port);
        socket.send(new DatagramPacket(new byte[1], 1));
        socket.receive(new DatagramPacket(new byte[1], 1));
      }
    }
  }

  @Test
  void aReceiverGoesFromLoopbackToEveryNetworkOnItsPort() throws Exception {
    FakeIntake intake = new FakeIntake();
    Map<String, String> addresses = new ConcurrentHashMap<>();
    try (Receivers receivers = receivers(intake, addresses)) {
      int grpc = freePort();
      int forward = freePort();
      for (String host : List.of("127.0.0.1", "0.0.0.0", "127.0.0.1")) {
        receivers.otlp(config("otlp: {grpc: '%s:%d'}".formatted(host, grpc)));
        receivers.forward(config("forward: {listen: '%s:%d'}".formatted(host, forward)));
        assertThat(addresses.get("otlp/grpc")).endsWith(":" + grpc);
        assertThat(addresses.get("forward")).endsWith(":" + forward);
      }
    }
  }

  private static Receivers receivers(FakeIntake intake, Map<String, String> addresses) {
    return new Receivers(intake, intake.metrics, new IntakeBudget(1 << 20), addresses);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Test
  void aFileThatTheStartWouldMissIsFoundByCheck() throws Exception {
    String key = TestCertificates.SERVER.key().toString();
    for (String receiver :
        List.of(
            "otlp: {grpc: '127.0.0.1:0', tokenFile: %s/missing}".formatted(directory),
            "otlp: {grpc: '127.0.0.1:0', tls: {cert: %s/missing, key: %s}}"
                .formatted(directory, key),
            "forward: {listen: '127.0.0.1:0', tls: {cert: %s/missing, key: %s}}"
                .formatted(directory, key))) {
      config(receiver);
      StringWriter out = new StringWriter();
      int code =
          new CommandLine(new CheckCommand())
              .setOut(new PrintWriter(out))
              .execute("--config", directory.resolve("vigia.yaml").toString());
      assertThat(out.toString()).contains("FAILED").contains(directory + "/missing");
      assertThat(code).isEqualTo(1);
    }
  }

  private CollectorConfig config(String receivers) throws Exception {
    Path file = directory.resolve("vigia.yaml");
    Files.writeString(file, "data: " + directory + "\nreceivers:\n  " + receivers + "\n");
    return new ConfigLoader(name -> null).load(file);
  }
}
