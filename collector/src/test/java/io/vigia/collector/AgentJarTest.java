package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AgentJarTest {
  @Test
  void lineCanBeTypedWhateverIsInThePath() {
    assertThat(AgentJar.attachLine("/vigia/vigia-agent.jar"))
        .isEqualTo("java -javaagent:/vigia/vigia-agent.jar -jar your-service.jar");
    assertThat(AgentJar.attachLine("/my things/a.jar"))
        .isEqualTo("java '-javaagent:/my things/a.jar' -jar your-service.jar");
    assertThat(AgentJar.attachLine("/it's/a.jar"))
        .isEqualTo("java '-javaagent:/it'\\''s/a.jar' -jar your-service.jar");
  }
}
