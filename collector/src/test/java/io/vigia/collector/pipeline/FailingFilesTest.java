package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.LogLines;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.LogStatus;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.SimStorage;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * One of a destination's own files, or its exporter, fails for a while: what was on its way then
 * goes on afterwards, in the same process.
 */
class FailingFilesTest {
  private static final Path DIRECTORY = Path.of("/sim");
  private static final Path OWN = DIRECTORY.resolve("destinations").resolve("es");
  private static final DestinationOptions OPTIONS =
      new DestinationOptions(true, Set.of(Signal.LOGS), 0, 0, 1 << 20, 1, 5, 1);

  private final SimStorage disk = new SimStorage(7);
  private final AtomicInteger outOfMemory = new AtomicInteger();
  private final CollectorMetrics metrics =
      (CollectorMetrics)
          Proxy.newProxyInstance(
              CollectorMetrics.class.getClassLoader(),
              new Class<?>[] {CollectorMetrics.class},
              (proxy, method, arguments) -> {
                if (method.getName().equals("exported")
                    && outOfMemory.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                  throw new OutOfMemoryError("Java heap space");
                }
                return null;
              });
  private FakeExporter exporter = new FakeExporter();
  private Pipeline pipeline = Pipeline.builder().directory(DIRECTORY).build();

  private void start() throws IOException {
    pipeline =
        Pipeline.builder()
            .directory(DIRECTORY)
            .storage(disk)
            .graceMillis(0)
            .metrics(metrics)
            .destination("es", exporter, OPTIONS)
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    repair();
    pipeline.close();
  }

  private void repair() {
    disk.brokenReads = file -> false;
    disk.brokenWrites = file -> false;
  }

  private static ExportResult putOffTheSecondOfWhatIsForLater(ExportBatch batch) {
    BitSet second = new BitSet();
    second.set(1);
    List<ExportBatch.Entry> again =
        batch.entries().stream()
            .filter(entry -> FakeExporter.text(entry).equals("later"))
            .map(entry -> new ExportBatch.Entry(entry.record(), second))
            .toList();
    return new ExportResult(0, List.of(), again, 0, again.isEmpty() ? null : "429");
  }

  private void accept(String text, int items) throws Exception {
    pipeline.intake().accept(TextBatch.of(text, items)).get();
  }

  private DestinationStatus status() {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private void awaitNothingPending() {
    await().until(() -> status().pending() == 0);
  }

  private void awaitComplaint(String text) {
    await().until(() -> String.valueOf(status().lastError()).contains(text));
  }

  @Test
  void aBatchWhoseMarkCannotBeWrittenIsSentWhenItCan() throws Exception {
    start();
    disk.brokenWrites = OWN.resolve("logs.attempts")::equals;
    accept("a", 2);
    awaitComplaint("Input/output error");
    assertThat(exporter.calls()).isZero();
    repair();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0", "a/1");
  }

  @Test
  void anAnswerIsHeardAlthoughItsMarkCannotBeWiped() throws Exception {
    start();
    exporter.goSilent();
    accept("a", 2);
    await().until(() -> exporter.calls() == 1);
    disk.brokenWrites = OWN.resolve("logs.attempts")::equals;
    exporter.answerAll();
    awaitNothingPending();
  }

  @Test
  void aRecordThatKilledIsKeptAsideWhenTheDeadLettersHaveRoomAgain() throws Exception {
    start();
    exporter.goSilent();
    accept("poison", 1);
    await().until(() -> exporter.calls() == 1);
    pipeline.close();
    ByteBuffer payload = ByteBuffer.wrap(new byte[1]);
    LogRecord poison =
        new LogRecord(
            new RecordId(1, 1, 0),
            Signal.LOGS,
            new Envelope(1, "test", "peer", Map.of()),
            1,
            payload);
    List<ExportBatch.Entry> alone = List.of(new ExportBatch.Entry(poison, null));
    for (int death = 0; death < CrashGuard.DEATHS; death++) {
      CrashGuard.open(disk, OWN.resolve("logs.attempts"))
          .enter(new ExportBatch(Signal.LOGS, alone), /* retryLog= */ false);
    }
    exporter = new FakeExporter();
    disk.brokenWrites = file -> file.startsWith(OWN.resolve("dead-letters"));
    start();
    awaitComplaint("Input/output error");
    repair();
    awaitNothingPending();
    assertThat(status().dropped()).isEqualTo(Map.of("crash", 1L));
    assertThat(exporter.calls()).isZero();
  }

  @Test
  void aRetryLogThatCannotBeReadDelaysNothingElse() throws Exception {
    start();
    exporter.behave(FailingFilesTest::putOffTheSecondOfWhatIsForLater);
    accept("later", 2);
    await().until(() -> exporter.calls() > 3); // has moved, and was tried from there
    disk.brokenReads = file -> file.startsWith(OWN.resolve("logs-retries"));
    awaitComplaint("Input/output error");
    for (int i = 0; i < 5; i++) {
      accept("now" + i, 1);
    }
    await().until(() -> exporter.delivered().size() == 6);
    repair();
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("later/1");
  }

  @Test
  void aDestinationWhoseCursorCannotBeSavedKeepsNothingOfOthersOnTheDisk() throws Exception {
    startWithTraces(0);
    disk.brokenWrites = OWN.resolve("logs.cursor")::equals;
    accept("a", 1);
    awaitFreed();
  }

  /** As where a quota of the file system says no: how much seems to be free does not tell. */
  @Test
  void spaceIsFreedAlsoWhileTheReserveCannotBeMade() throws Exception {
    disk.brokenWrites = DIRECTORY.resolve("reserve")::equals;
    startWithTraces(100_000);
    awaitFreed();
  }

  private void startWithTraces(long reserveBytes) throws IOException {
    pipeline =
        Pipeline.builder()
            .directory(DIRECTORY)
            .storage(disk)
            .graceMillis(0)
            .reserveBytes(reserveBytes)
            .segmentBytes(64 << 10)
            .destination("es", exporter, OPTIONS)
            .destination("traces", new FakeExporter(), OPTIONS.withSignals(Set.of(Signal.TRACES)))
            .build();
    pipeline.start();
  }

  private void awaitFreed() throws Exception {
    for (int i = 0; i < 10; i++) {
      pipeline.intake().accept(TextBatch.of(Signal.TRACES, "x".repeat(30_000), 1)).get();
    }
    assertThat(log(Signal.TRACES).nextSequence()).isEqualTo(10);
    await().until(() -> log(Signal.TRACES).segments() == 1);
  }

  @Test
  void aDestinationWhoseCursorCannotBeSavedForACommandGoesOnAfterIt() throws Exception {
    start();
    accept("a", 1);
    awaitNothingPending();
    disk.brokenWrites = OWN.resolve("logs.cursor")::equals;
    accept("b", 1);
    awaitNothingPending();
    pipeline.<IOException>pausing("es", () -> {});
    repair();
    await().until(() -> pipeline.status().size() == 1);
    accept("c", 1);
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("a/0", "b/0", "c/0");
  }

  /** As by a command whose change the disk has no room for. */
  private void pauseForLonger() throws Exception {
    disk.brokenWrites = OWN.resolve("logs.cursor")::equals;
    accept("unsaved", 1);
    await().until(() -> exporter.delivered().contains("unsaved/0"));
    pipeline.<IOException>pausing("es", () -> {});
  }

  @Test
  void aDestinationThatIsPausedIsShownWithWhatWaitsForIt() throws Exception {
    start();
    accept("a", 1);
    awaitNothingPending();
    pauseForLonger();
    accept("b", 2);
    assertThat(pipeline.status()).hasSize(1);
    assertThat(status().balanced()).isTrue();
    assertThat(status().pending()).isEqualTo(2);
    assertThat(status().circuit()).isEqualTo(DestinationStatus.Circuit.OPEN);
    assertThat(status().lastError()).startsWith("paused: ");
    assertThat(pipeline.deadLetterStatus()).hasSize(1);
    repair();
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("b/0", "b/1");
    assertThat(status().lastError()).isNull();
  }

  @Test
  void aSignalIsTakenAlsoWhileItsOnlyDestinationIsPaused() throws Exception {
    start();
    pauseForLonger();
    pipeline.change(() -> {}); // a configuration that was read again, and is the same
    accept("b", 1);
    repair();
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("b/0");
  }

  @Test
  void ofSignalsThatAPausedDestinationDoesNotTakeSpaceIsFreedMeanwhile() throws Exception {
    startWithTraces(0);
    pauseForLonger();
    for (int i = 0; i < 10; i++) {
      accept("x".repeat(30_000), 1);
    }
    awaitFreed();
    assertThat(log(Signal.LOGS).firstSequence()).isZero();
    assertThat(log(Signal.LOGS).segments()).isGreaterThan(3);
    repair();
    await().until(() -> log(Signal.LOGS).segments() == 1);
  }

  private LogStatus log(Signal signal) {
    return pipeline.logStatus().stream()
        .filter(status -> status.signal() == signal)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aPausedDestinationThatIsRemovedDoesNotComeBack() throws Exception {
    start();
    pauseForLonger();
    pipeline.change(() -> pipeline.remove("es"));
    assertThat(pipeline.deliversTo("es")).isFalse();
    assertThat(pipeline.status()).isEmpty();
  }

  @Test
  void cursorsAreSavedAgainWhenThereIsMemoryAgain() throws Exception {
    start();
    Path cursor = OWN.resolve("logs.cursor");
    AtomicInteger failed = new AtomicInteger();
    disk.brokenWrites =
        file -> {
          if (file.equals(cursor)) {
            failed.incrementAndGet();
            throw new OutOfMemoryError("Cannot reserve 32768 bytes of direct buffer memory");
          }
          return false;
        };
    accept("a", 1);
    await().until(() -> failed.get() > 0);
    byte[] before = disk.bytes(cursor);
    repair();
    await().until(() -> !Arrays.equals(disk.bytes(cursor), before));
  }

  @Test
  void whatIsRefusedIsKeptAsideWhenThereIsMemoryForItAgain() throws Exception {
    start();
    exporter.behave(
        batch ->
            new ExportResult(
                0,
                List.of(new ExportResult.Refused(0, 0, "mapping", "no number")),
                List.of(),
                0,
                null));
    disk.brokenWrites =
        file -> {
          if (file.startsWith(OWN.resolve("dead-letters"))) {
            throw new OutOfMemoryError("Cannot reserve 32768 bytes of direct buffer memory");
          }
          return false;
        };
    accept("a", 1);
    awaitComplaint("Cannot reserve");
    repair();
    awaitNothingPending();
    assertThat(status().dropped()).isEqualTo(Map.of("mapping", 1L));
  }

  @Test
  void whatIsPutOffIsMovedWhenThereIsMemoryForItAgain() throws Exception {
    start();
    exporter.behave(FailingFilesTest::putOffTheSecondOfWhatIsForLater);
    AtomicInteger failed = new AtomicInteger();
    disk.brokenWrites =
        file -> {
          if (file.startsWith(OWN.resolve("logs-retries"))) {
            failed.incrementAndGet();
            throw new OutOfMemoryError("Cannot reserve 32768 bytes of direct buffer memory");
          }
          return false;
        };
    accept("later", 2);
    await().until(() -> failed.get() > 1);
    repair();
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("later/0", "later/1");
  }

  @Test
  void whatAnAnswerWasNotReadToItsEndAboutIsSentAgain() throws Exception {
    exporter = FakeExporter.inOrder();
    start();
    exporter.goSilent();
    accept("before", 1);
    await().until(() -> exporter.calls() == 1);
    for (String text : List.of("a", "b", "c")) { // together, while the one before is on its way
      accept(text, 1);
    }
    exporter.behave(FailingFilesTest::refuseB);
    AtomicInteger failed = new AtomicInteger();
    disk.brokenWrites =
        file -> {
          if (file.startsWith(OWN.resolve("dead-letters")) && failed.getAndIncrement() == 0) {
            throw new StackOverflowError("too deep");
          }
          return false;
        };
    exporter.answerAll();
    awaitNothingPending();
    assertThat(status().dropped()).isEqualTo(Map.of("mapping", 1L));
    assertThat(status().delivered()).isEqualTo(3);
    assertThat(exporter.delivered()).contains("a/0", "c/0");
  }

  private static ExportResult refuseB(ExportBatch batch) {
    List<ExportResult.Refused> refused = new ArrayList<>();
    for (int i = 0; i < batch.entries().size(); i++) {
      if (FakeExporter.text(batch.entries().get(i)).equals("b")) {
        refused.add(new ExportResult.Refused(i, 0, "mapping", "no number"));
      }
    }
    return new ExportResult(0, refused, List.of(), 0, null);
  }

  @Test
  void memoryThatRunsOutWithTheVerdictThereForgetsNothingToBeSentAgain() throws Exception {
    start();
    exporter.goDown();
    outOfMemory.set(1);
    accept("a", 1);
    await().until(() -> outOfMemory.get() == 0);
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0");
  }

  @Test
  void memoryThatRunsOutWithWhatWasPutOffStopsNoOtherRoundOfIt() throws Exception {
    start();
    exporter.behave(FailingFilesTest::putOffTheSecondOfWhatIsForLater);
    accept("later", 2);
    await().until(() -> exporter.calls() > 3); // has moved, and was tried from there
    outOfMemory.set(1);
    await().until(() -> outOfMemory.get() == 0);
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("later/0", "later/1");
  }

  @Test
  void anExporterThatDiesOfEachOfManyBatchesIsAskedAgain() throws Exception {
    start();
    exporter.behave(
        batch -> {
          throw new StackOverflowError("too deep");
        });
    accept("a", 1);
    await().until(() -> exporter.calls() > 2 * exporter.limits().maxInFlight());
    exporter.comeUp();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0");
  }

  @Test
  void whatWasSentAndNotSettledIsDoubtedAfterAnOrderlyEndToo() throws Exception {
    start();
    exporter.goSilent();
    accept("a", 1);
    await().until(() -> exporter.calls() == 1);
    pipeline.close();
    exporter = new FakeExporter();
    exporter.goDown();
    start();
    assertThat(exporter.doubted()).isPositive();
    pipeline.close();
    exporter = new FakeExporter();
    start();
    assertThat(exporter.doubted()).as("still not settled").isPositive();
    awaitNothingPending();
    pipeline.close();
    exporter = new FakeExporter();
    start();
    assertThat(exporter.doubted()).as("all is settled").isZero();
  }

  /** As memory that runs out, and again while that is to be said. */
  private static final class Unspeakable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw new LinkageError("no memory to say so");
    }
  }

  private AtomicInteger failUnspeakably(Path file) {
    AtomicInteger failed = new AtomicInteger();
    disk.brokenWrites =
        written -> {
          if (written.equals(file)) {
            failed.incrementAndGet();
            throw new Unspeakable();
          }
          return false;
        };
    return failed;
  }

  @Test
  void aDestinationGoesOnAlsoWhereItCannotBeSaidWhatWasWrong() throws Exception {
    start();
    AtomicInteger failed = failUnspeakably(OWN.resolve("logs.attempts"));
    accept("a", 1);
    await().until(() -> failed.get() > 0);
    repair();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0");
  }

  @Test
  void cursorsAreSavedAgainAlsoWhereItCannotBeSaidWhatWasWrong() throws Exception {
    start();
    Path cursor = OWN.resolve("logs.cursor");
    try (LogLines lines = new LogLines(Pipeline.class)) {
      AtomicInteger failed = failUnspeakably(cursor);
      accept("a", 1);
      await().until(() -> failed.get() > 1);
      byte[] before = disk.bytes(cursor);
      repair();
      await().until(() -> !Arrays.equals(disk.bytes(cursor), before));
    }
  }

  /** (JUnit takes memory that runs out, and threads are memory, for the end of all.) */
  private static Runnable noThread(int times) {
    AtomicInteger left = new AtomicInteger(times);
    return () -> {
      if (left.getAndDecrement() > 0) {
        throw new LinkageError("no thread to be had");
      }
    };
  }

  private void sendAndHearNothing() throws Exception {
    exporter.goSilent();
    accept("a", 1);
    await().until(() -> exporter.calls() == 1);
  }

  @Test
  void aDestinationForWhichThereIsNoThreadAfterACommandGoesOnWhenThereIsOne() throws Exception {
    start();
    sendAndHearNothing();
    exporter.whenDoubted(noThread(2));
    pipeline.<IOException>pausing("es", () -> {});
    exporter.answerAll();
    accept("b", 1);
    awaitNothingPending();
    assertThat(pipeline.status()).hasSize(1);
    assertThat(exporter.delivered()).contains("a/0", "b/0");
  }

  @Test
  void aDestinationForWhichThereIsNoThreadIsNotHalfThere() throws Exception {
    start();
    sendAndHearNothing();
    pipeline.<IOException>change(() -> pipeline.remove("es"));
    exporter.answerAll();
    exporter.whenDoubted(noThread(1));
    assertThatThrownBy(
            () -> pipeline.<IOException>change(() -> pipeline.add("es", exporter, OPTIONS)))
        .isInstanceOf(LinkageError.class);
    assertThat(pipeline.deliversTo("es")).isFalse();
    assertThat(pipeline.status()).isEmpty();
    pipeline.<IOException>change(() -> pipeline.add("es", exporter, OPTIONS));
    accept("b", 1);
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("b/0");
  }

  @Test
  void aStartForWhichThereAreNotThreadsEnoughLeavesTheDirectoryToTheNext() throws Exception {
    start();
    sendAndHearNothing();
    pipeline.close();
    exporter = new FakeExporter();
    exporter.whenDoubted(noThread(1));
    assertThatThrownBy(this::start).isInstanceOf(LinkageError.class);
    start();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0");
  }

  /** Dead letters that are given again may be many. */
  @Test
  void anEndDoesNotWaitForACommandAndNothingBeginsAfterIt() throws Exception {
    start();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Void> command =
        CompletableFuture.runAsync(() -> pauseUntil(begun, goOn), threadOfItsOwn());
    begun.await();
    accept("a", 1);
    await().until(() -> threads("vigia-cursors").anyMatch(FailingFilesTest::isBlocked));
    CompletableFuture<Void> end = CompletableFuture.runAsync(pipeline::close, threadOfItsOwn());
    try {
      assertThat(end).succeedsWithin(60, TimeUnit.SECONDS);
    } finally {
      goOn.countDown();
    }
    assertThat(command).succeedsWithin(60, TimeUnit.SECONDS);
    assertThat(exporter.calls()).isZero();
    assertThat(threads("vigia-es-logs")).isEmpty();
    start();
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactly("a/0");
  }

  private static Stream<Thread> threads(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name));
  }

  private static boolean isBlocked(Thread thread) {
    return thread.getState() == Thread.State.BLOCKED;
  }

  private void pauseUntil(CountDownLatch begun, CountDownLatch goOn) {
    try {
      pipeline.<Exception>pausing(
          "es",
          () -> {
            begun.countDown();
            goOn.await();
          });
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Executor threadOfItsOwn() {
    return task -> new Thread(task, "test").start();
  }

  @Test
  void aDestinationThatWasRemovedLeavesNothingInMemory() throws Exception {
    start();
    WeakReference<FakeExporter> before = comeAndGo();
    accept("a", 1);
    awaitNothingPending();
    await()
        .until(
            () -> {
              System.gc();
              return before.get() == null;
            });
  }

  private WeakReference<FakeExporter> comeAndGo() throws IOException {
    FakeExporter late = new FakeExporter();
    pipeline.<IOException>change(() -> pipeline.add("late", late, OPTIONS));
    await().until(() -> pipeline.status().size() == 2);
    pipeline.<IOException>change(() -> pipeline.remove("late"));
    return new WeakReference<>(late);
  }
}
