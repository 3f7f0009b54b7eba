package io.vigia.collector.disklog;

import static io.vigia.collector.disklog.TestLog.append;
import static io.vigia.collector.disklog.TestLog.appendAll;
import static io.vigia.collector.disklog.TestLog.open;
import static io.vigia.collector.disklog.TestLog.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of damage by name, and exactly which records survive it. */
class DamageTest {
  /** Three groups of one record each in one segment. */
  private static final String[] TEXTS = {"one", "second", "third"};

  private final SimStorage storage = new SimStorage(1);
  private Path segment = Path.of("");

  @BeforeEach
  void write() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, TEXTS);
    log.close();
    segment = storage.files(".segment").get(0);
  }

  private int offsetOf(String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    byte[] bytes = storage.bytes(segment);
    for (int at = 0; at + wanted.length <= bytes.length; at++) {
      if (Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
        return at;
      }
    }
    throw new AssertionError(text + " is not in " + segment);
  }

  /** Removes the mark of a clean close, as if the process had been killed. */
  private void markUnclean() throws IOException {
    try (LogMeta meta = LogMeta.open(storage, TestLog.DIRECTORY.resolve("meta"))) {
      LogMeta.State state = Objects.requireNonNull(meta.loaded());
      meta.save(new LogMeta.State(state.logId(), state.epoch(), false, LogPosition.ZERO));
    }
  }

  private void cut(int length) {
    storage.overwrite(segment, Arrays.copyOf(storage.bytes(segment), length));
  }

  @Test
  void anUndamagedLogIsReadBackWhole() throws Exception {
    assertThat(read(open(storage))).containsExactly(TEXTS);
  }

  @Test
  void tornTailLosesOnlyTheRecordThatWasBeingWritten() throws Exception {
    markUnclean();
    cut(offsetOf("third") + 2);
    DiskLog log = open(storage);
    assertThat(read(log)).containsExactly("one", "second");
    appendAll(log, "next");
    assertThat(read(log)).containsExactly("one", "second", "next");
  }

  @Test
  void bitFlipInAPayloadCostsThatRecord() throws Exception {
    storage.flip(segment, offsetOf("second"));
    assertThat(read(open(storage))).containsExactly("one", "[checksum, 6]", "third");
  }

  @Test
  void bitFlipInARecordHeaderCostsThatRecord() throws Exception {
    int header = offsetOf("second");
    while (ByteBuffer.wrap(storage.bytes(segment))
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .getInt(header)
        != RecordFormat.MAGIC) {
      header--;
    }
    storage.flip(segment, header + 9); // the body's length
    assertThat(read(open(storage))).containsExactly("one", "[header, 6]", "third");
  }

  @Test
  void bitFlipInTheSegmentHeaderCostsNothing() throws Exception {
    storage.flip(segment, 20);
    assertThat(read(open(storage))).containsExactly(TEXTS);
  }

  @Test
  void bitFlipInTheLastRecordOfACleanlyClosedLogIsCountedAsLost() throws Exception {
    storage.flip(segment, offsetOf("third"));
    DiskLog log = open(storage);
    assertThat(log.end().items()).isEqualTo(14);
    assertThat(read(log)).containsExactly("one", "second", "[missing, 5]");
    appendAll(log, "next");
    assertThat(read(log)).containsExactly("one", "second", "[missing, 5]", "next");
  }

  @Test
  void theEndCountsNoItemsThatWereBeforeARecordThatIsLostItself() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "four", "fifth");
    log.close();
    segment = storage.files(".segment").get(1);
    storage.flip(segment, 20); // the segment's header
    storage.flip(segment, SegmentHeader.BYTES + 9); // that of "four"
    storage.flip(segment, offsetOf("fifth"));
    markUnclean();
    DiskLog opened = open(storage);
    assertThat(read(opened)).containsExactly(TEXTS);
    assertThat(opened.end().items()).as("3 + 6 + 5").isEqualTo(14);
    assertThat(storage.files(".header")).as("set aside").hasSize(1);
    appendAll(opened, "next");
    assertThat(read(opened)).containsExactly("one", "second", "third", "next");
  }

  @Test
  void aRebuiltHeaderCountsFromTheFirstRecordWhoseHeaderIsLeft() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "four", "fifth", "sixth.");
    log.close();
    List<Path> segments = storage.files(".segment");
    storage.delete(segments.get(0)); // all of it was delivered
    segment = segments.get(1);
    storage.flip(segment, 20); // the segment's header
    storage.flip(segment, offsetOf("four"));
    storage.flip(segment, offsetOf("fifth"));
    markUnclean();
    DiskLog opened = open(storage);
    List<Long> items = new ArrayList<>();
    try (LogReader reader = opened.reader(opened.oldest())) {
      for (LogEntry entry = reader.next(); entry != null; entry = reader.next()) {
        items.add(entry.items());
      }
    }
    assertThat(items).containsExactly(4L, 5L, 6L);
    assertThat(opened.oldest().items()).as("3 + 6 + 5").isEqualTo(14);
    assertThat(opened.end().items()).isEqualTo(14 + 15);
  }

  /** The first lines of the files in {@code damaged/}, without the time, and their bytes. */
  private List<Map.Entry<String, byte[]>> keptAside() {
    return storage.files("").stream()
        .filter(file -> file.startsWith(TestLog.DIRECTORY.resolve("damaged")))
        .map(
            file -> {
              byte[] bytes = storage.bytes(file);
              String text = new String(bytes, StandardCharsets.ISO_8859_1);
              int end = text.indexOf('\n');
              String line = text.substring(0, text.indexOf(" found="));
              return Map.entry(line, Arrays.copyOfRange(bytes, end + 1, bytes.length));
            })
        .toList();
  }

  @Test
  void whatIsLeftOfADamagedRecordIsKeptAsideOnceWithItsPlace() throws Exception {
    storage.flip(segment, offsetOf("second"));
    byte[] damaged = storage.bytes(segment);
    List<String> bad = new ArrayList<>();
    DiskLog log = open(TestLog.builder(storage).metrics(countingBadRecords(bad)));
    read(log);
    read(log); // another destination
    assertThat(bad).containsExactly("logs checksum");
    assertThat(keptAside()).hasSize(1);
    String line = keptAside().get(0).getKey();
    assertThat(line)
        .matches(
            "vigia-damaged 1 segment=0{20}.segment offset=\\d+ length=\\d+ reason=checksum"
                + " records=1-1 items=6");
    int offset = Integer.parseInt(line.replaceAll(".* offset=(\\d+) .*", "$1"));
    int length = Integer.parseInt(line.replaceAll(".* length=(\\d+) .*", "$1"));
    assertThat(keptAside().get(0).getValue())
        .isEqualTo(Arrays.copyOfRange(damaged, offset, offset + length));
    assertThat(offsetOf("third")).isGreaterThan(offset + length);
    log.close();
    read(open(storage)); // a restart
    assertThat(keptAside()).hasSize(1);
  }

  @Test
  void aDamagedHeaderAndACutOffEndAreKeptAsideToo() throws Exception {
    storage.flip(segment, offsetOf("third"));
    storage.flip(segment, offsetOf("one"));
    read(open(storage));
    assertThat(keptAside().stream().map(Map.Entry::getKey))
        .hasSize(2)
        .anyMatch(line -> line.endsWith("reason=checksum records=0-0 items=3"))
        .anyMatch(line -> line.endsWith("reason=missing records=2-2 items=5"));
  }

  @Test
  void whatWasNeverAcknowledgedIsNotKept() throws Exception {
    markUnclean();
    cut(offsetOf("third") + 2);
    read(open(storage));
    assertThat(keptAside()).isEmpty();
  }

  @Test
  void noRoomForWhatIsLeftHoldsNobodyUp() throws Exception {
    storage.flip(segment, offsetOf("second"));
    DiskLog log = open(storage);
    storage.capacityBytes = storage.usedBytes();
    assertThat(read(log)).containsExactly("one", "[checksum, 6]", "third");
    assertThat(keptAside()).isEmpty();
  }

  /** Tells of bad records and nothing else. */
  private static CollectorMetrics countingBadRecords(List<String> bad) {
    return (CollectorMetrics)
        Proxy.newProxyInstance(
            CollectorMetrics.class.getClassLoader(),
            new Class<?>[] {CollectorMetrics.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("badRecord")) {
                bad.add(((Signal) arguments[0]).id() + " " + arguments[1]);
              }
              return null;
            });
  }

  @Test
  void truncatedSegmentLosesItsEndAndSaysHowMuch() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "fourth");
    log.close();
    cut(offsetOf("second"));
    assertThat(read(open(storage))).containsExactly("one", "[header, 11]", "fourth");
  }

  @Test
  void zeroFilledSegmentLosesWhatWasThereAndTheCountIsKept() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "fourth");
    log.close();
    byte[] bytes = storage.bytes(segment);
    Arrays.fill(bytes, offsetOf("one") - 10, bytes.length, (byte) 0);
    storage.overwrite(segment, bytes);
    assertThat(read(open(storage), LogPosition.ZERO))
        .containsExactly("[checksum, 3]", "[header, 11]", "fourth");
  }

  @Test
  void missingSegmentLosesItselfAndSaysHowMuch() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "fourth");
    log.close();
    log = open(storage);
    appendAll(log, "fifth");
    log.close();
    storage.removeDurably(storage.files(".segment").get(1));
    assertThat(read(open(storage)))
        .containsExactly("one", "second", "third", "[missing, 6]", "fifth");
  }

  @Test
  void aSegmentOfAnotherLogIsSetAsideAndTheRestRead() throws Exception {
    SimStorage other = new SimStorage(2);
    DiskLog stranger = open(other);
    appendAll(stranger, "a", "b", "c", "foreign");
    stranger.close();
    Path foreign = Segment.path(TestLog.DIRECTORY, 9);
    storage.overwrite(foreign, other.bytes(other.files(".segment").get(0)));
    DiskLog log = open(storage);
    assertThat(read(log)).containsExactly(TEXTS);
    assertThat(storage.files(".segment.foreign")).hasSize(1);
  }

  @Test
  void lostMetaFileCostsNothingAndBeginsANewEpoch() throws Exception {
    Path meta = TestLog.DIRECTORY.resolve("meta");
    byte[] garbage = storage.bytes(meta);
    Arrays.fill(garbage, (byte) 7);
    storage.overwrite(meta, garbage);
    DiskLog log = open(storage);
    appendAll(log, "next");
    assertThat(read(log)).containsExactly("one", "second", "third", "next");
    try (LogReader reader = log.reader(LogPosition.ZERO)) {
      int first =
          Objects.requireNonNull(Objects.requireNonNull(reader.next()).record()).id().epoch();
      reader.next();
      reader.next();
      int last =
          Objects.requireNonNull(Objects.requireNonNull(reader.next()).record()).id().epoch();
      assertThat(last).isGreaterThan(first);
    }
  }

  @Test
  void oneDamagedSlotOfACursorFallsBackToTheSaveBefore() throws Exception {
    DiskLog log = open(storage);
    Path path = Path.of("/c/es.cursor");
    Cursor cursor = Cursor.open(storage, path, log);
    LogPosition afterOne = deliverNext(log, cursor);
    cursor.save();
    deliverNext(log, cursor);
    cursor.save();
    storage.flip(path, newestSlot(path) + 30);
    Cursor again = Cursor.open(storage, path, log);
    assertThat(again.lowWater()).isEqualTo(afterOne);
    assertThat(again.ledger(log.end()).delivered()).isEqualTo(3);
  }

  private static LogPosition deliverNext(DiskLog log, Cursor cursor) throws IOException {
    try (LogReader reader = log.reader(cursor.lowWater())) {
      LogEntry entry = Objects.requireNonNull(reader.next());
      cursor.done(entry.from(), entry.to(), entry.items(), 0, Map.of());
      return entry.to();
    }
  }

  private int newestSlot(Path path) {
    ByteBuffer bytes = ByteBuffer.wrap(storage.bytes(path)).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    int half = bytes.capacity() / 2;
    return bytes.getLong(8) > bytes.getLong(half + 8) ? 0 : half;
  }

  @Test
  void aDestroyedCursorBeginsAnewAtTheOldestRecord() throws Exception {
    DiskLog log = open(storage);
    Path path = Path.of("/c/es.cursor");
    Cursor cursor = Cursor.open(storage, path, log);
    deliverNext(log, cursor);
    cursor.save();
    byte[] garbage = storage.bytes(path);
    Arrays.fill(garbage, (byte) 9);
    storage.overwrite(path, garbage);
    Cursor again = Cursor.open(storage, path, log);
    assertThat(again.lowWater()).isEqualTo(LogPosition.ZERO);
    assertThat(again.ledger(log.end()).pending()).isEqualTo(14);
  }

  @Test
  void aCursorAheadOfItsLogGoesOnAtTheEndAndItsLedgerStillBalances() throws Exception {
    DiskLog log = open(storage);
    Path path = Path.of("/c/es.cursor");
    Cursor cursor = Cursor.open(storage, path, log);
    while (cursor.lowWater().sequence() < 3) {
      deliverNext(log, cursor);
    }
    cursor.save();
    Cursor again =
        Cursor.open(storage, path, log.logId(), LogPosition.ZERO, new LogPosition(2, 9, 200));
    Cursor.Ledger ledger = again.ledger(new LogPosition(2, 9, 200));
    assertThat(ledger.pending()).isZero();
    assertThat(ledger.accepted()).isEqualTo(14).isEqualTo(ledger.delivered());
    assertThat(again.ledger(new LogPosition(3, 11, 300)).pending()).isEqualTo(2);
  }

  @Test
  void aCursorOfAnotherLogBeginsAnew() throws Exception {
    DiskLog log = open(storage);
    Path path = Path.of("/c/es.cursor");
    Cursor cursor = Cursor.open(storage, path, log.logId() + 2, LogPosition.ZERO, log.end());
    cursor.done(LogPosition.ZERO, log.end(), 14, 0, Map.of());
    cursor.save();
    assertThat(Cursor.open(storage, path, log).ledger(log.end()).pending()).isEqualTo(14);
  }

  @Test
  void aDirectoryInUseIsRefusedWithAClearLine() throws Exception {
    Path path = Path.of("/state");
    Closeable first = StateDirectory.open(storage, path);
    assertThatThrownBy(() -> StateDirectory.open(storage, path))
        .hasMessageContaining("/state is in use by another process");
    first.close();
    StateDirectory.open(storage, path).close();
  }

  @Test
  void aDirectoryOfANewerVersionIsRefusedByName() throws Exception {
    Path path = Path.of("/state");
    StateDirectory.open(storage, path).close();
    storage.overwrite(path.resolve("format"), "vigia-state 2\n".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> StateDirectory.open(storage, path))
        .isInstanceOf(NewerFormatException.class)
        .hasMessageContaining("/state has format version 2");
  }

  @Test
  void aSegmentOfANewerVersionIsRefusedAndLeftUntouched() {
    byte[] bytes = storage.bytes(segment);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) 2);
    header.putInt(60, new Checksum().of(header, 0, 60));
    storage.overwrite(segment, bytes);
    assertThatThrownBy(() -> open(storage)).isInstanceOf(NewerFormatException.class);
    assertThat(storage.bytes(segment)).isEqualTo(bytes);
  }

  @Test
  void aReadOnlyFileSystemIsSaidAtTheStart() {
    storage.readOnly = true;
    assertThatThrownBy(() -> open(storage)).hasMessageContaining("Read-only file system");
  }

  @Test
  void aFullDiskRefusesWithATimeAndRecoversByItself() throws Exception {
    DiskLog log = open(storage);
    storage.capacityBytes = storage.usedBytes();
    assertOverloaded(append(log, "no room"));
    storage.capacityBytes = Long.MAX_VALUE;
    await().until(() -> log.failure() == null);
    appendAll(log, "room again");
    assertThat(read(log)).containsExactly("one", "second", "third", "room again");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6}) // in the middle of making a segment, of going on after that, …
  void memoryThatRunsOutInTheWriterIsWaitedForLikeADisk(int times) throws Exception {
    DiskLog log = open(storage);
    AtomicInteger left = new AtomicInteger(times);
    storage.brokenWrites =
        file -> {
          if (left.getAndDecrement() > 0) {
            throw new OutOfMemoryError("Cannot reserve 8192 bytes of direct buffer memory");
          }
          return false;
        };
    assertOverloaded(append(log, "no memory"));
    await().until(() -> log.failure() == null);
    appendAll(log, "memory again");
    assertThat(read(log)).containsExactly("one", "second", "third", "memory again");
  }

  /** An error in the n-th call of a method. */
  private static CollectorMetrics failing(String name, int nth) {
    AtomicInteger calls = new AtomicInteger();
    return (CollectorMetrics)
        Proxy.newProxyInstance(
            CollectorMetrics.class.getClassLoader(),
            new Class<?>[] {CollectorMetrics.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals(name) && calls.incrementAndGet() == nth) {
                throw new LinkageError("no memory");
              }
              return null;
            });
  }

  @Test
  void anErrorWhileSendersAreRefusedLeavesNoneWithoutAnAnswer() throws Exception {
    DiskLog log = open(TestLog.builder(storage).metrics(failing("refused", 1)));
    AtomicInteger left = new AtomicInteger(1);
    storage.brokenWrites = file -> left.getAndDecrement() > 0;
    assertOverloaded(append(log, "no room"));
    await().until(() -> log.failure() == null);
    appendAll(log, "room again");
    assertThat(read(log)).containsExactly("one", "second", "third", "room again");
  }

  /** Its memory may be somebody else's already. */
  @Test
  void anErrorWhileAGroupIsAnsweredAnswersNothingOfItTwice() throws Exception {
    StagingPool pool = new StagingPool(64 << 20);
    DiskLog log = open(TestLog.builder(storage).metrics(failing("accepted", 3)).stagingPool(pool));
    CountDownLatch together = new CountDownLatch(1);
    storage.brokenWrites =
        file -> {
          try {
            together.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          return false;
        };
    List<CompletableFuture<Void>> answers = new ArrayList<>(List.of(append(log, "first")));
    await().until(() -> pool.usedBytes() > 0);
    for (String letter : List.of("a", "b", "c")) { // each has a chunk of its own
      answers.add(append(log, letter.repeat(1 << 20)));
    }
    together.countDown();
    for (CompletableFuture<Void> answer : answers) {
      answer.get(60, TimeUnit.SECONDS);
    }
    await().until(() -> pool.usedBytes() == 0);
    await().until(() -> log.failure() == null);
    appendAll(log, "after");
    await().until(() -> pool.usedBytes() == 0);
    assertThat(read(log))
        .containsExactly(
            "one",
            "second",
            "third",
            "first",
            "a".repeat(1 << 20),
            "b".repeat(1 << 20),
            "c".repeat(1 << 20),
            "after");
  }

  @Test
  void aFailedFsyncIsFinalForItsSegmentAndNothingOfItIsAcknowledged() throws Exception {
    DiskLog log = open(storage);
    appendAll(log, "fine");
    storage.failingSyncs = 1;
    assertOverloaded(append(log, "lost pages"));
    await().until(() -> log.failure() == null);
    appendAll(log, "after");
    List<String> expected = List.of("one", "second", "third", "fine", "after");
    assertThat(read(log)).isEqualTo(expected);
    assertThat(log.segments()).isEqualTo(3);
    storage.powerCut();
    assertThat(read(open(storage))).isEqualTo(expected);
  }

  private static void assertOverloaded(CompletableFuture<Void> answer) {
    assertThatThrownBy(answer::get)
        .cause()
        .isInstanceOfSatisfying(
            IntakeException.Overloaded.class,
            refusal -> {
              assertThat(refusal.reason()).isEqualTo("disk");
              assertThat(refusal.retryAfterMillis()).isPositive();
            });
  }

  @Test
  void openingReadsOneHeaderPerSegmentAndScansOnlyTheLast() throws Exception {
    DiskLog log = open(TestLog.builder(storage).segmentBytes(1_024));
    for (int i = 0; i < 50; i++) {
      appendAll(log, "x".repeat(900));
    }
    log.close();
    assertThat(storage.files(".segment")).hasSizeGreaterThan(50);
    storage.readBytes = 0;
    open(TestLog.builder(storage).segmentBytes(1_024));
    assertThat(storage.readBytes).isLessThan(51 * 64 + 3_000);
  }
}
