package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Graceful;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Point 6: how an application ends is seen to its end. */
class ExitIT {

  @Test
  void whatAnApplicationDoesInItsShutdownHooksArrives() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = Jvm.of(Graceful.class, "logback", "slf4j-api").sendingTo(receiver).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.logs().toString())
          .as(jvm.output())
          .contains("started", "the last request is answered");
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
    }
  }
}
