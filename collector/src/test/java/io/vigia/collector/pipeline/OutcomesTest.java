package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.collector.LogLines;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.LogEntry;
import io.vigia.collector.disklog.LogReader;
import io.vigia.collector.disklog.SimStorage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the ledgers say of items on their way, and when the memory of a payload goes back to its
 * reader: two records of three items.
 */
class OutcomesTest {
  private final SimStorage disk = new SimStorage(5);
  private final DiskLog log = DiskLog.builder(Signal.LOGS, Path.of("/log")).storage(disk).build();
  private final List<Integer> givenBack = new ArrayList<>();
  private final RetryLog retryLog = new RetryLog(disk, Path.of("/retries"), new Backoff(1, 1));
  private Cursor cursor;
  private Outcomes outcomes;
  private ExportBatch batch;

  @BeforeEach
  void start() throws Exception {
    log.start();
    Envelope envelope = new Envelope(1_000, "test", "10.0.0.7:1", Map.of());
    for (int i = 0; i < 2; i++) {
      log.append(envelope, 3, ByteBuffer.wrap(new byte[] {1, 2, 3})).get(10, TimeUnit.SECONDS);
    }
    cursor = Cursor.open(disk, Path.of("/log/cursor"), log);
    outcomes =
        new Outcomes(cursor, new DeadLetters("there", disk, Path.of("/dead"), 1 << 20), retryLog);
    List<ExportBatch.Entry> entries = new ArrayList<>();
    try (LogReader reader = log.reader(log.oldest())) {
      for (int i = 0; i < 2; i++) {
        int number = i;
        LogEntry read = Objects.requireNonNull(reader.next());
        LogRecord record = Objects.requireNonNull(read.record());
        entries.add(
            outcomes.begin(
                new LogEntry(
                    read.from(), read.to(), record, null, null, () -> givenBack.add(number)),
                record));
      }
    }
    batch = new ExportBatch(Signal.LOGS, entries);
  }

  @AfterEach
  void close() throws Exception {
    retryLog.close();
    log.close();
  }

  @Test
  void whatWasTakenAtOnceIsGivenBack() {
    settle(batch, ExportResult.delivered());
    assertThat(givenBack).containsExactly(0, 1);
  }

  @Test
  void whatHadToBeSentAgainIsNot() {
    settle(batch, ExportResult.retryAll(batch, "cut off", 0));
    settle(batch, ExportResult.delivered());
    assertThat(givenBack).isEmpty();
  }

  @Test
  void whatHadToBeSentAgainInPartIsNotButItsNeighbourIs() {
    BitSet last = new BitSet();
    last.set(2);
    ExportBatch.Entry again = new ExportBatch.Entry(batch.entries().get(1).record(), last);
    settle(batch, new ExportResult(0, List.of(), List.of(again), 0, "429"));
    settle(new ExportBatch(Signal.LOGS, List.of(again)), ExportResult.delivered());
    assertThat(givenBack).containsExactly(0);
  }

  @Test
  void ofWhatBecameADeadLetterNothingIs() {
    ExportResult.Refused item = new ExportResult.Refused(0, 1, "mapping", "no");
    settle(batch, new ExportResult(0, List.of(item), List.of(), 0, null));
    assertThat(givenBack).containsExactly(1);
  }

  @Test
  void whatWasInABatchThatWasSplitIsNot() {
    assertThat(settle(batch, ExportResult.refusedAll(batch, "too_large", "413")).split()).isTrue();
    for (ExportBatch.Entry half : batch.entries()) {
      settle(new ExportBatch(Signal.LOGS, List.of(half)), ExportResult.delivered());
    }
    assertThat(givenBack).isEmpty();
  }

  private DestinationStatus status() {
    return status(cursor, retryLog);
  }

  private DestinationStatus status(Cursor cursor, RetryLog retryLog) {
    DestinationStatus status =
        retryLog
            .ledgers(cursor, log.end())
            .status("there", true, log, cursor, retryLog, new Circuit("there", "logs"));
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private static ExportBatch.Entry only(ExportBatch.Entry entry, int item) {
    BitSet wanted = new BitSet();
    wanted.set(item);
    return new ExportBatch.Entry(entry.record(), wanted);
  }

  @Test
  void anItemThatWasMovedIsCountedOnceWhileItsNeighboursAreUnderWay() {
    ExportBatch.Entry first = batch.entries().get(0);
    outcomes.move(List.of(only(first, 1)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().pending()).isEqualTo(6);
    outcomes.move(List.of(only(first, 0), only(first, 2)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().pending()).isEqualTo(6);
  }

  @Test
  void anItemThatIsBeingMovedIsCountedOnceAtEachMoment() {
    List<DestinationStatus> seen = new ArrayList<>();
    disk.beforeSync = () -> seen.add(status());
    outcomes.move(List.of(batch.entries().get(0)), "429");
    disk.beforeSync = () -> {};
    seen.add(status());
    assertThat(seen).hasSizeGreaterThan(1);
    assertThat(seen).allSatisfy(one -> assertThat(one.accepted()).isEqualTo(6));
    assertThat(seen).allSatisfy(one -> assertThat(one.pending()).isEqualTo(6));
  }

  @Test
  void aRecordGivenUpWhileItWasBeingMovedIsNotInTheRetryLogAsWell() {
    ExportBatch.Entry first = batch.entries().get(0);
    cursor.drop(log.oldest(), log.end(), "quota");
    outcomes.move(List.of(first), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().dropped()).containsExactly(Map.entry("quota", 6L));
    assertThat(status().pending()).isZero();
  }

  @Test
  void aRecordGivenUpAfterItsItemsWereMovedAtDifferentTimesIsNotInTheRetryLogAtAll() {
    ExportBatch.Entry first = batch.entries().get(0);
    ExportBatch.Entry second = batch.entries().get(1);
    outcomes.move(List.of(only(first, 0)), "429");
    outcomes.move(List.of(only(second, 2)), "429");
    outcomes.move(List.of(only(first, 1)), "429");
    cursor.drop(log.oldest(), log.end(), "quota");
    assertThat(status().accepted()).isEqualTo(6);
    outcomes.move(List.of(only(first, 2)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    outcomes.move(List.of(only(second, 0), only(second, 1)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().dropped()).containsExactly(Map.entry("quota", 6L));
    assertThat(status().pending()).isZero();
  }

  @Test
  void onlyTheMovesOfTheRecordThatWasGivenUpAreTakenBack() throws Exception {
    ExportBatch.Entry first = batch.entries().get(0);
    ExportBatch.Entry second = batch.entries().get(1);
    outcomes.move(List.of(only(first, 0)), "429");
    outcomes.move(List.of(only(second, 2)), "429");
    outcomes.move(List.of(only(first, 1)), "429");
    cursor.drop(log.oldest(), log.at(1), "quota");
    outcomes.move(List.of(only(first, 2)), "429");
    outcomes.move(List.of(only(second, 0), only(second, 1)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().dropped()).containsExactly(Map.entry("quota", 3L));
    assertThat(status().pending()).isEqualTo(3);
  }

  /** What a process finds after this one died, now. */
  private DestinationStatus found() throws Exception {
    try (Cursor later = Cursor.open(disk, Path.of("/log/cursor"), log);
        RetryLog retries = new RetryLog(disk, Path.of("/retries"), new Backoff(1, 1))) {
      retries.openIfPresent(later, log);
      return status(later, retries);
    }
  }

  @Test
  void aRecordGivenUpWhoseMovesWereNotAllTakenBackAtADeathIsFoundOnce() throws Exception {
    ExportBatch.Entry first = batch.entries().get(0);
    outcomes.move(List.of(only(first, 0)), "429");
    outcomes.move(List.of(only(first, 2)), "429");
    retryLog.drop(cursor, log.oldest(), log.at(1), "quota");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().pending()).isEqualTo(3);
    retryLog.save();
    DestinationStatus between = found();
    assertThat(between.accepted()).isEqualTo(6);
    assertThat(between.pending()).isEqualTo(6);
    cursor.save();
    DestinationStatus after = found();
    assertThat(after.accepted()).isEqualTo(6);
    assertThat(after.dropped()).containsExactly(Map.entry("quota", 3L));
    assertThat(after.pending()).isEqualTo(3);
  }

  @Test
  void aRecordThatIsMovedOnAfterItWasGivenUpIsNotInTheRetryLogAtAll() throws Exception {
    ExportBatch.Entry first = batch.entries().get(0);
    outcomes.move(List.of(only(first, 0)), "429");
    retryLog.drop(cursor, log.oldest(), log.at(1), "quota");
    outcomes.move(List.of(only(first, 1)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    outcomes.move(List.of(only(first, 2)), "429");
    assertThat(status().accepted()).isEqualTo(6);
    assertThat(status().dropped()).containsExactly(Map.entry("quota", 3L));
    assertThat(status().pending()).isEqualTo(3);
  }

  /** What was moved before is alone in the oldest file then. */
  private void fillTheRetryLog() throws Exception {
    Envelope envelope = new Envelope(1_000, "test", "10.0.0.7:1", Map.of());
    for (int i = 0; i < 2; i++) {
      RecordId of = new RecordId(log.logId() + 1, 1, i); // of a log that is gone
      ByteBuffer payload = ByteBuffer.wrap(new byte[600_000]);
      LogRecord record = new LogRecord(of, Signal.LOGS, envelope, 1, payload);
      retryLog.add(List.of(new ExportBatch.Entry(record, null)), DeadLetters.RETRIED);
    }
  }

  @Test
  void itemsThatWereMovedAndGivenUpThereAreCountedOnceWhereverTheProcessDies() throws Exception {
    ExportBatch.Entry first = batch.entries().get(0);
    outcomes.move(List.of(only(first, 0)), "429");
    fillTheRetryLog();
    assertThat(status().accepted()).isEqualTo(6 + 2);
    assertThat(retryLog.dropOldest("quota")).isTrue();
    assertThat(status().accepted()).isEqualTo(6 + 2);
    DestinationStatus found = found();
    assertThat(found.accepted()).isEqualTo(6 + 2);
    assertThat(found.dropped()).isEmpty();
    assertThat(found.pending()).as("the record is sent as a whole").isEqualTo(6 + 2);

    settle(
        new ExportBatch(Signal.LOGS, List.of(only(first, 1), only(first, 2))),
        ExportResult.delivered());
    assertThat(status().accepted()).isEqualTo(6 + 2);
    assertThat(status().delivered()).isEqualTo(2);
    assertThat(status().dropped()).containsExactly(Map.entry("quota", 1L));
    assertThat(status().pending()).isEqualTo(3 + 2);
  }

  @Test
  void thatThereIsNoRoomForWhatIsPutAsideIsSaidOnceUntilThereIsAgain() throws Exception {
    List<ExportResult.Refused> refused = new ArrayList<>();
    for (int item = 0; item < 6; item++) {
      refused.add(new ExportResult.Refused(item / 3, item % 3, "mapping " + item, "no"));
    }
    ExportResult all = new ExportResult(0, refused, List.of(), 0, null);
    try (LogLines lines = new LogLines(Outcomes.class)) {
      disk.brokenWrites = file -> true;
      for (int i = 0; i < 3; i++) {
        assertThat(settle(batch, all).again()).hasSize(2);
        assertThat(outcomes.move(batch.entries(), "429")).hasSize(2);
      }
      assertThat(lines.with("stays pending")).hasSize(1);
      disk.brokenWrites = file -> false;
      settle(new ExportBatch(Signal.LOGS, List.of(batch.entries().get(0))), all);
      disk.brokenWrites = file -> true;
      settle(new ExportBatch(Signal.LOGS, List.of(batch.entries().get(1))), all);
      assertThat(lines.with("stays pending")).hasSize(2);
    } finally {
      disk.brokenWrites = file -> false;
    }
  }

  /** A dispatcher that was stuck in a write has a successor by then, with the same files. */
  @Test
  void retryLogAndDeadLettersThatWereClosedMakeNoNewFiles() throws Exception {
    DeadLetters letters = new DeadLetters("there", disk, Path.of("/letters"), 1 << 20);
    letters.close();
    LogRecord record = batch.entries().get(0).record();
    assertThatThrownBy(() -> letters.add(record, null, "mapping", "no"))
        .hasMessage("/letters is closed");
    retryLog.close();
    assertThat(outcomes.move(batch.entries(), "429")).isEqualTo(batch.entries());
    assertThat(disk.files("meta")).containsExactly(Path.of("/log/meta"));
  }

  private Outcomes.Verdict settle(ExportBatch batch, ExportResult result) {
    return outcomes.settle(batch, result, new Outcomes.Progress());
  }
}
