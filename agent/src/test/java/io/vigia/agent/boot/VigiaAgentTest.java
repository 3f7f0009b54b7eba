package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import org.junit.jupiter.api.Test;

class VigiaAgentTest {

  /** A child that is given all properties of its parent is no second agent in one process. */
  @Test
  void processHasItsNumberWithAndWithoutProc() {
    String number = Long.toString(ProcessHandle.current().pid());
    assertThat(VigiaAgent.process(new File("/proc/self"))).isEqualTo(number);
    assertThat(VigiaAgent.process(new File("/nothing/self"))).isEqualTo(number);
  }
}
