package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LastingThreadTest {

  @Test
  void workThatRanOutOfMemoryIsBegunAgain() throws Exception {
    AtomicInteger begun = new AtomicInteger();
    Thread thread =
        LastingThread.of(
            "worker",
            () -> {
              if (begun.incrementAndGet() == 1) {
                throw new OutOfMemoryError("for a moment");
              }
            });
    thread.start();
    thread.join(60_000);
    assertThat(thread.isAlive()).isFalse();
    assertThat(begun).hasValue(2);
  }

  @Test
  void nobodyInterruptsIt() throws Exception {
    CountDownLatch isEnough = new CountDownLatch(1);
    CountDownLatch wasAwaited = new CountDownLatch(1);
    Thread thread =
        LastingThread.of(
            "worker",
            () -> {
              try {
                isEnough.await();
                wasAwaited.countDown();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    thread.start();
    thread.interrupt();
    isEnough.countDown();
    assertThat(wasAwaited.await(60, TimeUnit.SECONDS)).isTrue();
  }
}
