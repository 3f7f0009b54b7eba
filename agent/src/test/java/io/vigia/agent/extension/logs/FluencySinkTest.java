package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.extension.export.Exports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FluencySinkTest {

  private static final InheritableThreadLocal<String> OF_THE_APPLICATION =
      new InheritableThreadLocal<>();

  @TempDir private Path directory;

  /** It lives as long as the process, a web application does not. */
  @Test
  void threadKeepsNothingOfTheApplicationThatLogsFirst() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try {
      CollectorAddress address = CollectorAddress.find(name -> null, name -> null);
      Exports.start(address);
      CompletableFuture<Optional<String>> inherited = new CompletableFuture<>();
      FluencySink sink =
          FluencySink.builder(address)
              .unlessRead(
                  (Agreement.Question)
                      text -> {
                        inherited.complete(Optional.ofNullable(OF_THE_APPLICATION.get()));
                        return StdoutQuestion.Answer.SEEN;
                      })
              .build();
      Thread application =
          new Thread(
              () -> {
                OF_THE_APPLICATION.set("session");
                sink.offer(0, new byte[] {(byte) 0x80});
              });
      application.start();
      assertThat(inherited.get(60, TimeUnit.SECONDS)).isEmpty();
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  /**
   * Fluency counts the time that it holds events by it; an hour here stands for not reaching it.
   */
  @Test
  void eventsAreNotHeldUntilAClockThatWasSetBackHasComeSoFarAgain() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    AtomicLong setBackMillis = new AtomicLong();
    try {
      Exports.start(nowhere());
      FluencySink sink =
          FluencySink.builder(nowhere())
              .held(3_600_000)
              .wallClock(() -> System.currentTimeMillis() - setBackMillis.get())
              .build();
      sink.offer(0, new byte[] {(byte) 0x80});
      setBackMillis.set(3_600_000);
      await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  @Test
  void eventsAreSentWhenTheCollectorCannotBeAskedWhoSendsThem() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try {
      Exports.start(nowhere());
      FluencySink sink =
          FluencySink.builder(nowhere())
              .unlessRead(
                  (Agreement.Question)
                      text -> {
                        throw new OutOfMemoryError("for a moment");
                      })
              .build();
      sink.offer(0, new byte[] {(byte) 0x80});
      await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  private static CollectorAddress nowhere() {
    return CollectorAddress.find(
        Map.of("vigia.collector", "127.0.0.1:1", "vigia.forward", "127.0.0.1:1")::get,
        name -> null);
  }

  private static boolean isKept() {
    return Exports.health().counts().keySet().stream()
        .anyMatch(outcome -> outcome.outcome.equals("kept"));
  }
}
