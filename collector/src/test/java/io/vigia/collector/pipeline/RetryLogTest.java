package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.SideLog;
import io.vigia.collector.disklog.SimStorage;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a start finds in a retry log, and what becomes of it: records 0 to 299 of two items, of
 * which 2 are not done.
 */
class RetryLogTest {
  private static final Path DIRECTORY = Path.of("/retries");
  private static final int RECORDS = 300;
  private static final int PAYLOAD_BYTES = 20_000;

  private final SimStorage disk = new SimStorage(7);
  private final DiskLog log = DiskLog.builder(Signal.LOGS, Path.of("/log")).storage(disk).build();
  private final RetryLog unused = new RetryLog(disk, Path.of("/unused"), new Backoff(1, 1));
  private Cursor main;
  private CrashGuard guard;
  private Outcomes outcomes;

  @BeforeEach
  void start() throws Exception {
    log.start();
    Envelope envelope = new Envelope(1_000, "test", "10.0.0.7:1", Map.of());
    for (int i = 0; i < RECORDS; i++) {
      log.append(envelope, 2, ByteBuffer.wrap(new byte[] {1})).get(60, TimeUnit.SECONDS);
    }
    main = Cursor.open(disk, Path.of("/log/cursor"), log);
    try (RetryLog before = retryLog()) {
      List<ExportBatch.Entry> entries = new ArrayList<>();
      for (int i = 0; i < RECORDS; i++) {
        RecordId id = new RecordId(log.logId(), 1, i);
        ByteBuffer payload = ByteBuffer.wrap(new byte[PAYLOAD_BYTES]);
        entries.add(
            new ExportBatch.Entry(new LogRecord(id, Signal.LOGS, envelope, 2, payload), null));
      }
      before.add(entries, "429");
    }
    guard = CrashGuard.open(disk, Path.of("/log/attempts"));
    outcomes =
        new Outcomes(main, new DeadLetters("there", disk, Path.of("/dead"), 1 << 20), unused);
    main.done(log.oldest(), log.at(40), 80, 0, Map.of());
    main.done(log.at(41), log.at(298), 514, 0, Map.of());
    main.done(log.at(299), log.end(), 2, 0, Map.of());
  }

  @AfterEach
  void close() throws Exception {
    guard.close();
    main.close();
    log.close();
  }

  private RetryLog retryLog() {
    return new RetryLog(disk, DIRECTORY, new Backoff(1, 1));
  }

  @Test
  void aStartTakesOutWhatTheMainCursorHasNotDone() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      Cursor.Ledger own = after.ledgers(main, log.end()).retry();
      assertThat(own).isNotNull();
      assertThat(own.accepted()).isEqualTo(2 * (RECORDS - 2));
      assertThat(own.pending()).isEqualTo(2 * (RECORDS - 2));
    }
  }

  @Test
  void aStartDoesNotReadThePayloads() throws Exception {
    disk.readBytes = 0;
    SideLog.open(disk, DIRECTORY).close();
    long opened = disk.readBytes;
    disk.readBytes = 0;
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
    }
    // the headers and envelopes; two blocks of records that are taken out; the cursor
    assertThat(disk.readBytes - opened).isLessThan(RECORDS * 512 + 2 * 90_000 + 70_000);
    assertThat(disk.readBytes).isLessThan(RECORDS * PAYLOAD_BYTES / 5);
  }

  @Test
  void aDamagedRecordInTheRetryLogCostsItselfAtTheStart() throws Exception {
    Path first =
        disk.files(".segment").stream().filter(f -> f.startsWith(DIRECTORY)).toList().get(0);
    disk.flip(first, 64 + 70); // in the first record's envelope: whose it is cannot be told
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      Cursor.Ledger own = after.ledgers(main, log.end()).retry();
      assertThat(own).isNotNull();
      assertThat(own.pending()).isEqualTo(2 * (RECORDS - 2));
    }
  }

  @Test
  void whatIsSkippedIsNotRead() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      disk.readBytes = 0;
      after.dropBefore(200, "skipped");
      assertThat(disk.readBytes).isLessThan(RECORDS * 1024);
      Cursor.Ledger own = after.ledgers(main, log.end()).retry();
      assertThat(own).isNotNull();
      assertThat(own.dropped()).isEqualTo(Map.of("skipped", 2L * 199)); // all but record 40
      assertThat(own.pending()).isEqualTo(2 * 99); // all but record 298
    }
  }

  @Test
  void whatIsSkippedMayBeDamaged() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      Path first =
          disk.files(".segment").stream().filter(f -> f.startsWith(DIRECTORY)).toList().get(0);
      disk.flip(first, 64 + 70); // in the first record's envelope: whose it is cannot be told
      after.dropBefore(1, "skipped");
      Cursor.Ledger own = after.ledgers(main, log.end()).retry();
      assertThat(own).isNotNull();
      assertThat(own.dropped()).isEqualTo(Map.of("skipped", 2L));
      assertThat(own.pending()).isEqualTo(2 * (RECORDS - 3));
    }
  }

  @Test
  void whatIsReadWhenTheDiskFailsIsSentInALaterRound() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      Path second =
          disk.files(".segment").stream().filter(f -> f.startsWith(DIRECTORY)).toList().get(1);
      disk.brokenReads = second::equals;
      assertThatThrownBy(() -> next(after)).hasMessageContaining("Input/output error");
      assertThat(after.waitNanos(System.nanoTime())).as("others come first").isPositive();
      disk.brokenReads = file -> false;
      round(after, batch -> ExportResult.delivered());
      assertThat(pending(after)).isZero();
    }
  }

  @Test
  void whatWaitsForTheNextRoundIsNotHeldInMemory() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      List<WeakReference<Object>> payloads = new ArrayList<>();
      long[] items = {0, 0};
      round(
          after,
          batch -> {
            batch
                .entries()
                .forEach(one -> payloads.add(new WeakReference<>(one.record().payload().array())));
            ExportBatch.Entry first = batch.entries().get(0);
            List<ExportBatch.Entry> again = new ArrayList<>(batch.entries());
            again.set(0, new ExportBatch.Entry(first.record(), bits(1))); // the other one is taken
            items[0]++;
            return new ExportResult(0, List.of(), again, 0, "429");
          });
      assertThat(payloads).hasSize(RECORDS - 2);
      await()
          .until(
              () -> {
                System.gc();
                return payloads.stream().allMatch(payload -> payload.get() == null);
              });
      assertThat(items[0]).isPositive();
      round(
          after,
          batch -> {
            items[1] += batch.items();
            return ExportResult.delivered();
          });
      assertThat(items[0] + items[1]).as("each was taken once").isEqualTo(2 * (RECORDS - 2));
      assertThat(pending(after)).isZero();
    }
  }

  /** Else they would count towards the quota until more is put off, which the quota may refuse. */
  @Test
  void filesOfWhatWasSentAreFreedWhenThatIsSaved() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      round(after, batch -> ExportResult.delivered());
      assertThat(pending(after)).isZero();
      assertThat(after.bytes()).isGreaterThan(5_000_000);
      after.save();
      assertThat(after.bytes()).isLessThan(1_000_000);
    }
  }

  @Test
  void bothHalvesOfARecordThatWasTakenApartWaitForTheNextRound() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main, log);
      List<ExportBatch.Entry> entries = next(after);
      ExportBatch.Entry first = entries.get(0);
      for (int item = 0; item < 2; item++) {
        ExportBatch half =
            new ExportBatch(
                Signal.LOGS, List.of(new ExportBatch.Entry(first.record(), bits(item))));
        Outcomes.Verdict verdict =
            outcomes.settle(
                half, ExportResult.retryAll(half, "too many requests", 0), new Outcomes.Progress());
        after.answered(half.entries(), verdict.again(), outcomes);
      }
      round(after, batch -> ExportResult.delivered());
      round(after, batch -> ExportResult.delivered());
      assertThat(pending(after)).isEqualTo(2L * (entries.size() - 1)); // those nobody answered for
    }
  }

  @Test
  void aRetryLogWhoseCursorCannotBeMadeLeavesNoFileOpen() throws Exception {
    Path other = Path.of("/others");
    disk.brokenWrites = other.resolve("cursor")::equals;
    int before = disk.openFiles;
    try (RetryLog fresh = new RetryLog(disk, other, new Backoff(1, 1))) {
      Envelope envelope = new Envelope(1_000, "test", "10.0.0.7:1", Map.of());
      RecordId id = new RecordId(log.logId(), 1, 0);
      LogRecord record =
          new LogRecord(id, Signal.LOGS, envelope, 2, ByteBuffer.wrap(new byte[] {1}));
      List<ExportBatch.Entry> entries = List.of(new ExportBatch.Entry(record, null));
      assertThatThrownBy(() -> fresh.add(entries, "429")).hasMessageContaining("Input/output");
      assertThat(disk.openFiles).isEqualTo(before);
      disk.brokenWrites = file -> false;
      fresh.add(entries, "429");
      assertThat(pending(fresh)).isEqualTo(2);
    }
  }

  private List<ExportBatch.Entry> next(RetryLog retryLog) throws Exception {
    await().until(() -> retryLog.waitNanos(System.nanoTime()) <= 0);
    return retryLog.next(
        new Exporter.Limits(1 << 20, 1_000, 0, 1), outcomes, guard, received -> false);
  }

  /** Everything is sent once and answered so. */
  private void round(RetryLog retryLog, Function<ExportBatch, ExportResult> answer)
      throws Exception {
    while (pending(retryLog) > 0) {
      List<ExportBatch.Entry> entries = next(retryLog);
      if (entries.isEmpty()) {
        return;
      }
      ExportBatch batch = new ExportBatch(Signal.LOGS, entries);
      retryLog.answered(
          entries,
          outcomes.settle(batch, answer.apply(batch), new Outcomes.Progress()).again(),
          outcomes);
    }
  }

  private long pending(RetryLog retryLog) {
    Cursor.Ledger own = retryLog.ledgers(main, log.end()).retry();
    return Objects.requireNonNull(own).pending();
  }

  private static BitSet bits(int item) {
    BitSet bits = new BitSet();
    bits.set(item);
    return bits;
  }
}
