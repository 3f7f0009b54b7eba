package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Cursor;
import io.vigia.collector.disklog.DiskLog;
import io.vigia.collector.disklog.SideLog;
import io.vigia.collector.disklog.SimStorage;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a start finds in a retry log: records 0 to 299 of two items, of which 2 are not done. */
class RetryLogTest {
  private static final Path DIRECTORY = Path.of("/retries");
  private static final int RECORDS = 300;
  private static final int PAYLOAD_BYTES = 20_000;

  private final SimStorage disk = new SimStorage(7);
  private final DiskLog log = DiskLog.builder(Signal.LOGS, Path.of("/log")).storage(disk).build();
  private Cursor main;

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
    main.done(log.oldest(), log.at(40), 80, 0, Map.of());
    main.done(log.at(41), log.at(298), 514, 0, Map.of());
    main.done(log.at(299), log.end(), 2, 0, Map.of());
  }

  @AfterEach
  void close() throws Exception {
    main.close();
    log.close();
  }

  private RetryLog retryLog() {
    return new RetryLog(disk, DIRECTORY, new Backoff(1, 1));
  }

  @Test
  void aStartTakesOutWhatTheMainCursorHasNotDone() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main);
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
      after.openIfPresent(main);
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
      after.openIfPresent(main);
      Cursor.Ledger own = after.ledgers(main, log.end()).retry();
      assertThat(own).isNotNull();
      assertThat(own.pending()).isEqualTo(2 * (RECORDS - 2));
    }
  }

  @Test
  void whatIsSkippedIsNotRead() throws Exception {
    try (RetryLog after = retryLog()) {
      after.openIfPresent(main);
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
      after.openIfPresent(main);
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
}
