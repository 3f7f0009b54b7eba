package io.vigia.collector.disklog;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.IntakeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A disk whose fsync takes long. */
@Timeout(60)
class SlowDiskTest {
  private final SimStorage storage = new SimStorage(1);
  private final Semaphore syncs = new Semaphore(Integer.MAX_VALUE);
  private final AtomicBoolean syncing = new AtomicBoolean();

  private DiskLog slow(DiskLog.Builder builder) throws Exception {
    DiskLog log = TestLog.open(builder);
    syncs.drainPermits();
    storage.beforeSync =
        () -> {
          syncing.set(true);
          syncs.acquireUninterruptibly();
          syncing.set(false);
        };
    return log;
  }

  @AfterEach
  void speedUp() {
    syncs.release(1_000_000);
  }

  @Test
  void nothingIsAcknowledgedBeforeTheDiskHasItAndWhoWaitsSharesTheNextSync() throws Exception {
    DiskLog log = slow(TestLog.builder(storage));
    List<CompletableFuture<Void>> waiting = new ArrayList<>();
    waiting.add(TestLog.append(log, "0"));
    await().until(syncing::get);
    for (int i = 1; i <= 200; i++) {
      waiting.add(TestLog.append(log, Integer.toString(i)));
    }
    assertThat(waiting).noneMatch(CompletableFuture::isDone);
    int before = storage.syncs;
    syncs.release(1_000_000);
    CompletableFuture.allOf(waiting.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    assertThat(storage.syncs - before).isLessThan(10); // 201 waited; a new segment has its own
    assertThat(TestLog.read(log)).hasSize(201);
    log.close();
  }

  @Test
  void nobodyReadsWhatTheDiskDoesNotHaveYet() throws Exception {
    DiskLog log = slow(TestLog.builder(storage));
    CompletableFuture<Void> first = TestLog.append(log, "first");
    await().until(syncing::get);
    try (LogReader reader = log.reader(log.oldest())) {
      assertThat(reader.next()).isNull();
      assertThat(log.end().sequence()).isZero();
      speedUp();
      first.get(30, SECONDS);
      assertThat(reader.next()).isNotNull();
    }
    log.close();
  }

  @Test
  void whoWasJustAnsweredIsWaitedForAndSharesTheNextSync() throws Exception {
    DiskLog log = slow(TestLog.builder(storage).gatherMillis(600_000));
    List<CompletableFuture<Void>> first = new ArrayList<>();
    first.add(TestLog.append(log, "first"));
    await().until(syncing::get);
    for (int i = 1; i < 10; i++) {
      first.add(TestLog.append(log, "first"));
    }
    syncs.release(1_000_000);
    first.get(0).get(30, SECONDS);
    first.add(TestLog.append(log, "first")); // the tenth and last that the nine wait for
    CompletableFuture.allOf(first.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    int before = storage.syncs;
    List<CompletableFuture<Void>> again = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      assertThat(again).noneMatch(CompletableFuture::isDone);
      again.add(TestLog.append(log, "again"));
    }
    CompletableFuture.allOf(again.toArray(CompletableFuture[]::new)).get(30, SECONDS);
    assertThat(storage.syncs - before).isEqualTo(1);
    CompletableFuture<Void> alone = TestLog.append(log, "alone");
    log.close(); // waits for nobody
    alone.get(30, SECONDS);
  }

  @Test
  void whoComesWhileTooMuchWaitsIsToldToComeAgainAndMemoryStaysBounded() throws Exception {
    StagingPool pool = new StagingPool(4L * StagingPool.CHUNK_BYTES);
    DiskLog log = slow(TestLog.builder(storage).stagingPool(pool));
    String text = "x".repeat(100_000);
    List<CompletableFuture<Void>> taken = new ArrayList<>();
    CompletableFuture<Void> refused = null;
    while (refused == null) {
      CompletableFuture<Void> answer = TestLog.append(log, text);
      if (answer.isCompletedExceptionally()) {
        refused = answer;
      } else {
        taken.add(answer);
      }
    }
    assertThat(taken).hasSizeBetween(10, 30);
    assertThat(pool.usedBytes()).isLessThanOrEqualTo(4L * StagingPool.CHUNK_BYTES);
    Throwable why = catchThrowable(refused::join);
    assertThat(why).isInstanceOf(CompletionException.class);
    assertThat(why.getCause())
        .isInstanceOfSatisfying(
            IntakeException.Overloaded.class,
            overloaded -> {
              assertThat(overloaded.reason()).isEqualTo("memory");
              assertThat(overloaded.retryAfterMillis()).isPositive();
            });
    syncs.release(1_000_000);
    for (CompletableFuture<Void> one : taken) {
      one.get(30, SECONDS);
    }
    TestLog.append(log, "later".toUpperCase(Locale.ROOT)).get(30, SECONDS);
    assertThat(TestLog.read(log)).hasSize(taken.size() + 1).endsWith("LATER");
    log.close();
  }
}
