package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CollectorPortsTest {
  @Test
  void onDefaultPortsTheAgentIsToldNothing() {
    assertThat(new CollectorPorts(4317, 4318, 24224, 9999).agentEnvironment()).isEmpty();
  }

  @Test
  void otherPortsAreTold() {
    assertThat(new CollectorPorts(1, 2, 3, 4).agentEnvironment())
        .containsEntry("VIGIA_COLLECTOR", "http://127.0.0.1:2")
        .containsEntry("VIGIA_FORWARD", "127.0.0.1:3");
  }

  @Test
  void directoryMayHaveAnyName() {
    assertThat(new CollectorPorts(1, 2, 3, 4).yaml(Path.of("/it's: a #dir")))
        .startsWith("data: '/it''s: a #dir'\n")
        .contains("grpc: \"127.0.0.1:1\", http: \"127.0.0.1:2\"");
  }
}
