package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PortsTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final Ports ports = new Ports(new PrintStream(said, true, StandardCharsets.UTF_8));

  @Test
  void usualPortIsTakenWithoutAWordWhenFree() throws IOException {
    int port = ports.any();
    Ports others = new Ports(new PrintStream(said, true, StandardCharsets.UTF_8));

    assertThat(others.usual(port, "page")).isEqualTo(port);
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void portInUseIsReplacedAndSaid() throws IOException {
    try (ServerSocket somebody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      int given = ports.usual(somebody.getLocalPort(), "page");

      assertThat(given).isNotEqualTo(somebody.getLocalPort());
      assertThat(said.toString(StandardCharsets.UTF_8))
          .isEqualTo(
              "  port " + somebody.getLocalPort() + " is in use; the page takes " + given + "\n");
    }
  }

  @Test
  void portOpenOnAllAddressesIsInUse() throws IOException {
    try (ServerSocket somebody = new ServerSocket(0)) {
      assertThat(ports.usual(somebody.getLocalPort(), "page"))
          .isNotEqualTo(somebody.getLocalPort());
    }
  }

  @Test
  void noPortIsGivenTwice() throws IOException {
    int port = ports.any();

    assertThat(ports.usual(port, "page")).isNotEqualTo(port);
  }
}
