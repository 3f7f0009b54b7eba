package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.extension.export.Exports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FluencySinkTest {

  // severity numbers
  private static final int INFO = 9;
  private static final int WARN = 13;

  private static final InheritableThreadLocal<String> OF_THE_APPLICATION =
      new InheritableThreadLocal<>();

  private static final Supplier<byte[]> EMPTY = () -> new byte[] {(byte) 0x80};

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
                sink.offer(0, INFO, 1, EMPTY);
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
      sink.offer(0, INFO, 1, EMPTY);
      setBackMillis.set(3_600_000);
      await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  @Test
  void eventsAreTakenAfterTheApplicationHasInterruptedAllThreads() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try {
      Exports.start(nowhere());
      CompletableFuture<Thread> ours = new CompletableFuture<>();
      FluencySink sink =
          FluencySink.builder(nowhere())
              .unlessRead(
                  (Agreement.Question)
                      text -> {
                        ours.complete(Thread.currentThread());
                        return StdoutQuestion.Answer.OFF;
                      })
              .build();
      sink.offer(0, INFO, 1, EMPTY);
      await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
      Thread thread = ours.get(60, TimeUnit.SECONDS);
      thread.interrupt();
      await().atMost(Duration.ofMinutes(1)).until(() -> !thread.isInterrupted());
      assertThat(sink.offer(0, INFO, 1, EMPTY)).isTrue();
      assertThat(thread.isAlive()).isTrue();
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
      sink.offer(0, INFO, 1, EMPTY);
      await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  @Test
  void threadThatLogsDoesNotEncode() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try {
      Exports.start(nowhere());
      CompletableFuture<String> encodes = new CompletableFuture<>();
      FluencySink sink = sink(false);
      sink.offer(
          0,
          INFO,
          1,
          () -> {
            encodes.complete(Thread.currentThread().getName());
            return EMPTY.get();
          });
      assertThat(encodes.get(60, TimeUnit.SECONDS)).isEqualTo("vigia-logs");
      sink.shutdown();
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  @Test
  void eventThatCannotBeEncodedCostsNoOther() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try {
      Exports.start(nowhere());
      for (boolean atTheExit : new boolean[] {false, true}) {
        String order = "order " + (atTheExit ? 18 : 17) + " was paid";
        FluencySink sink = sink(atTheExit);
        sink.offer(
            0,
            INFO,
            1,
            () -> {
              throw new OutOfMemoryError("for a moment");
            });
        log(sink, INFO, order);
        if (!atTheExit) {
          await().atMost(Duration.ofMinutes(1)).until(FluencySinkTest::isKept);
        }
        sink.shutdown();
        await()
            .atMost(Duration.ofMinutes(1))
            .ignoreExceptions() // files are renamed and removed while they are looked at
            .untilAsserted(() -> assertThat(spilled()).contains(order));
      }
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  /** One that holds everything until the process ends, or one that sends. */
  private static FluencySink sink(boolean holds) {
    return FluencySink.builder(nowhere())
        .unlessRead(
            (Agreement.Question)
                text -> holds ? StdoutQuestion.Answer.UNKNOWN : StdoutQuestion.Answer.OFF)
        .build();
  }

  /** Fluency's thread ends after a flush that was asked for, whatever came during that. */
  @Test
  void whatIsLoggedWhileAFlushIsUnderWayIsNotLostAtTheExit() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    try (ServerSocket collector = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      collector.setSoTimeout(60_000);
      Exports.start(at(collector.getLocalPort()));
      FluencySink sink = FluencySink.builder(at(collector.getLocalPort())).held(3_600_000).build();
      log(sink, INFO, "order 17 was paid");
      sink.flush();
      try (Socket flushing = collector.accept()) {
        assertThat(flushing.getInputStream().read()).isNotNegative(); // and not acknowledged
        log(sink, INFO, "order 18 was paid");
        sink.flush();
        sink.shutdown();
      }
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptions() // files are renamed and removed while they are looked at
          .untilAsserted(
              () -> assertThat(spilled()).contains("order 17 was paid", "order 18 was paid"));
    } finally {
      System.clearProperty("vigia.spill.dir");
    }
  }

  /** Its thread waits for an answer, and the connection was closed when all was on stdout. */
  @Test
  void whatIsHeldAtTheExitIsNotLostThoughTheCollectorIsBeingAsked() throws Exception {
    System.setProperty("vigia.spill.dir", directory.resolve("spill").toString());
    CountDownLatch asked = new CountDownLatch(1);
    CompletableFuture<StdoutQuestion.Answer> answer = new CompletableFuture<>();
    try {
      Exports.start(nowhere());
      FluencySink sink =
          FluencySink.builder(nowhere())
              .unlessRead(
                  (Agreement.Question)
                      text -> {
                        if ("order 17 is gone".equals(text)) {
                          return StdoutQuestion.Answer.SEEN;
                        }
                        asked.countDown();
                        return answer.join();
                      })
              .build();
      sink.agreement().logged(INFO, "order 18 was paid");
      log(sink, WARN, "order 17 is gone");
      log(sink, INFO, "order 18 was paid");
      assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
      sink.shutdown();
      await()
          .atMost(Duration.ofMinutes(1))
          .ignoreExceptions() // files are renamed and removed while they are looked at
          .untilAsserted(() -> assertThat(spilled()).contains("order 18 was paid"));
      assertThat(spilled()).doesNotContain("order 17 is gone");
    } finally {
      answer.complete(StdoutQuestion.Answer.UNKNOWN);
      System.clearProperty("vigia.spill.dir");
    }
  }

  private static void log(FluencySink sink, int level, String text) {
    sink.agreement().logged(level, text);
    byte[] message = text.getBytes(StandardCharsets.UTF_8);
    byte[] record =
        ByteBuffer.allocate(4 + message.length)
            .put(new byte[] {(byte) 0x81, (byte) 0xa1, 'm', (byte) (0xa0 | message.length)})
            .put(message)
            .array();
    sink.offer(0, level, record.length, () -> record);
  }

  /** All that is on disk. */
  private String spilled() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
      }
    }
    return all.toString();
  }

  private static CollectorAddress nowhere() {
    return at(1);
  }

  private static CollectorAddress at(int port) {
    String address = "127.0.0.1:" + port;
    return CollectorAddress.find(
        Map.of("vigia.collector", address, "vigia.forward", address)::get, name -> null);
  }

  private static boolean isKept() {
    return Exports.health().counts().keySet().stream()
        .anyMatch(outcome -> outcome.outcome.equals("kept"));
  }
}
