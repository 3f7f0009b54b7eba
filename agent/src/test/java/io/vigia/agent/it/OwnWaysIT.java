package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Guarded;
import io.vigia.agent.programs.Interrupting;
import io.vigia.agent.programs.LateSettings;
import io.vigia.agent.programs.OwnStderr;
import io.vigia.agent.programs.Unprovided;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point 6: an application's own ways with the JVM work as without the agent, and do it no harm. */
class OwnWaysIT {

  @TempDir Path directory;

  /** What the agent needs first must not be settled by that for the application. */
  @ParameterizedTest
  @ValueSource(strings = {"http://localhost:1", "https://localhost:1"})
  void whatAnApplicationSetsInItsMainCounts(String collector) throws Exception {
    try (Jvm plain = lateSettings().withoutAgent().start();
        Jvm jvm = lateSettings().environment("VIGIA_COLLECTOR", collector).start()) {
      assertThat(plain.exitCode(Duration.ofSeconds(60))).as(plain.output()).isZero();
      assertThat(plain.stdout())
          .contains(
              "seconds that names are remembered: 7",
              "own key store: true",
              "time zone: Pacific/Kiritimati");
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(jvm.stdout()).as(jvm.output()).isEqualTo(plain.stdout());
    }
  }

  private Jvm.Builder lateSettings() {
    return Jvm.of(LateSettings.class).option("--add-exports=java.base/sun.net=ALL-UNNAMED");
  }

  @Test
  void nothingIsLostWhereThereIsNoStderr() throws Exception {
    try (Receiver receiver = Receiver.start()) {
      receiver.status = 503;
      try (Jvm jvm = ownStderr("none", receiver)) {
        jvm.awaitUnlessEnded(() -> jvm.output().contains("does not take"));
        receiver.status = 200;
        jvm.awaitUnlessEnded(() -> receiver.spans.size() >= 2);
        jvm.endWell();
        assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      }
    }
  }

  @Test
  void linesOfTheAgentAreNoEventsOfTheApplication() throws Exception {
    try (Receiver receiver = Receiver.start()) {
      receiver.status = 503;
      try (Jvm jvm = ownStderr("logger", receiver)) {
        jvm.awaitUnlessEnded(
            () -> jvm.output().contains("does not take") || !receiver.logs().isEmpty());
        jvm.endWell();
        assertThat(receiver.logs()).as(jvm.output()).isEmpty();
        assertThat(jvm.output()).contains("[vigia] the collector http://127.0.0.1:");
      }
    }
  }

  /** What is sent after it must not wait for the exit, nor the exit for threads that ended. */
  @Test
  void anApplicationThatInterruptsAllThreadsIsSeenAfterItToo() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(Interrupting.class)
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(() -> receiver.spans.size() >= 2 && !receiver.logs().isEmpty());
      jvm.process().getOutputStream().write('\n');
      jvm.process().getOutputStream().flush();
      jvm.awaitUnlessEnded(() -> receiver.spans.size() >= 4 && receiver.logs().size() >= 2);
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(4);
      assertThat(receiver.logs()).as(jvm.output()).hasSize(2);
      long ending = Long.parseLong(jvm.await("ending at"));
      assertThat(jvm.endEpochMillis() - ending).as(jvm.output()).isLessThan(5_000);
    }
  }

  @Test
  void logEventsAreSentByAProcessWithoutSecurityProvidersToo() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm = Jvm.of(Unprovided.class).sendingTo(receiver).start()) {
      assertThat(jvm.exitCode(Duration.ofSeconds(60))).as(jvm.output()).isZero();
      assertThat(receiver.logs()).as(jvm.output()).hasSize(1);
    }
  }

  /** One whose policy does not know the agent, which began before it. */
  @Test
  void underASecurityManagerThatAnApplicationInstallsInItsMainNothingIsMissing() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm plain = Jvm.of(Guarded.class).withoutAgent().start();
        Jvm jvm =
            Jvm.of(Guarded.class)
                .sendingTo(receiver)
                .option("-Dotel.bsp.schedule.delay=100")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start()) {
      jvm.awaitUnlessEnded(
          () ->
              receiver.spans.size() >= 2
                  && receiver.logs().size() >= 2
                  && receiver.metric("http.server.request.duration").isPresent());
      jvm.endWell();
      assertThat(receiver.spans).as(jvm.output()).hasSize(2);
      assertThat(receiver.logs()).hasSize(2);
      assertThat(receiver.metric("http.server.request.duration")).isPresent();
      assertThat(plain.exitCode(Duration.ofSeconds(60))).as(plain.output()).isZero();
      assertThat(jvm.stdout()).isEqualTo(plain.stdout());
    }
  }

  private Jvm ownStderr(String kind, Receiver receiver) throws Exception {
    return Jvm.of(OwnStderr.class)
        .sendingTo(receiver)
        .spillingTo(directory.resolve("spill"))
        .option("-Dotel.bsp.schedule.delay=100")
        .option("-Dotel.metric.export.interval=1000") // each export hands over what waits
        .arguments(kind, "told")
        .start();
  }
}
