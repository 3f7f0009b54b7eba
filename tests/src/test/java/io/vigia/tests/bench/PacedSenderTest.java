package io.vigia.tests.bench;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PacedSenderTest {
  /** Acknowledges from a thread of its own, as a socket does. */
  private static final class Answering implements LoadClient.Connection {
    final AtomicInteger sent = new AtomicInteger();

    @Override
    public void send(Consumer<Boolean> done) {
      sent.incrementAndGet();
      CompletableFuture.runAsync(() -> done.accept(true));
    }

    @Override
    public void close() {}
  }

  @Test
  void endsOnlyWhenTheLastAcknowledgementWasCounted() throws InterruptedException {
    CountDownLatch counting = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger counted = new AtomicInteger();
    Answering connection = new Answering();
    PacedSender sender =
        new PacedSender(
            connection,
            1,
            (good, nanos) -> {
              counting.countDown();
              awaitQuietly(goOn);
              counted.incrementAndGet();
            });
    Thread thread =
        new Thread(
            () -> {
              try {
                long now = System.nanoTime();
                sender.run(now, now + 20_000_000L, 0);
              } catch (java.io.IOException | InterruptedException e) {
                throw new IllegalStateException(e);
              }
            });
    thread.start();
    assertThat(counting.await(30, SECONDS)).isTrue();
    // it waits for its place, which is given back only after counting
    Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
    goOn.countDown();
    thread.join();

    assertThat(counted).hasValue(connection.sent.get());
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
