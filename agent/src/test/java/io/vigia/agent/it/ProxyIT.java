package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.OrderService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A collector behind the proxy of the JVM's settings. */
class ProxyIT {

  @TempDir Path directory;

  @Test
  void whatTheProxyDoesNotPassOnIsKeptAndHandedOverThroughIt() throws Exception {
    Identity identity = Identity.make(directory, "collector");
    SmallProxy proxy = SmallProxy.start(0);
    int port = proxy.port();
    proxy.close();
    try (Receiver receiver = Receiver.start(Way.HTTP, identity, 0)) {
      try (Jvm job = service(identity, receiver, port).start()) {
        assertThat(job.exitCode(Duration.ofSeconds(120))).as(job.output()).isZero();
        assertThat(receiver.spans).as(job.output()).isEmpty();
        // which directly it would be
        assertThat(job.output()).doesNotContain("): reachable");
      }
      try (SmallProxy back = SmallProxy.start(port);
          Jvm next = service(identity, receiver, port).argument("told").start()) {
        next.awaitUnlessEnded(() -> receiver.spans.size() >= 4 && receiver.otlpLogs.size() >= 6);
        next.endWell();
        assertThat(receiver.spans).as(next.output()).hasSize(4);
        assertThat(back.requests)
            .contains("CONNECT 127.0.0.1:" + receiver.otlpPort() + " HTTP/1.1");
      }
    }
  }

  private Jvm.Builder service(Identity identity, Receiver receiver, int proxyPort)
      throws Exception {
    return Jvm.of(OrderService.class, "logback", "slf4j-api", "simpleclient")
        .environment("VIGIA_COLLECTOR", "https://127.0.0.1:" + receiver.otlpPort())
        .environment("OTEL_EXPORTER_OTLP_CERTIFICATE", file("trusted.pem", identity.certificate()))
        .environment(
            "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", file("client.pem", identity.certificate()))
        .environment("OTEL_EXPORTER_OTLP_CLIENT_KEY", file("client.key", identity.key()))
        .option("-Dhttps.proxyHost=127.0.0.1")
        .option("-Dhttps.proxyPort=" + proxyPort)
        // otherwise this machine is asked directly
        .option("-Dhttp.nonProxyHosts=")
        .spillingTo(directory.resolve("spill"));
  }

  private String file(String name, String content) throws Exception {
    return Files.writeString(directory.resolve(name), content).toString();
  }
}
