package io.vigia.collector.receive;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TcpListenerTest {
  @Test
  void connectionsLeaveRoomForFiles() {
    assertThat(TcpListener.mostConnections(128)).isEqualTo(64);
    assertThat(TcpListener.mostConnections(1_024)).isEqualTo(512);
    assertThat(TcpListener.mostConnections(20_000)).isEqualTo(19_000);
    assertThat(TcpListener.mostConnections(Long.MAX_VALUE)).isGreaterThan(1L << 60);
  }
}
