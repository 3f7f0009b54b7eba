package io.vigia.agent.extension;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.boot.Setting;
import org.junit.jupiter.api.Test;

class DeclaredTest {

  /** No log event leaves then. */
  @Test
  void verdictSaysThatAFileWithoutLogsGetsNoneBecauseTheyAreAskedForByOtlp() {
    System.setProperty(Setting.LOGS.property(), "otlp");
    try {
      assertThat(Declared.inWords()).contains("; vigia.logs=otlp is not followed, it has no ");
    } finally {
      System.clearProperty(Setting.LOGS.property());
    }
  }
}
