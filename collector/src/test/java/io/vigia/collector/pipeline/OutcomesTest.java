package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.LogRecord;
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

/** When the memory of a record's payload goes back to its reader: two records of three items. */
class OutcomesTest {
  private final SimStorage disk = new SimStorage(5);
  private final DiskLog log = DiskLog.builder(Signal.LOGS, Path.of("/log")).storage(disk).build();
  private final List<Integer> givenBack = new ArrayList<>();
  private Outcomes outcomes;
  private ExportBatch batch;

  @BeforeEach
  void start() throws Exception {
    log.start();
    Envelope envelope = new Envelope(1_000, "test", "10.0.0.7:1", Map.of());
    for (int i = 0; i < 2; i++) {
      log.append(envelope, 3, ByteBuffer.wrap(new byte[] {1, 2, 3})).get(10, TimeUnit.SECONDS);
    }
    outcomes =
        new Outcomes(
            Cursor.open(disk, Path.of("/log/cursor"), log),
            new DeadLetters("there", disk, Path.of("/dead"), 1 << 20));
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
    log.close();
  }

  @Test
  void whatWasTakenAtOnceIsGivenBack() {
    outcomes.settle(batch, ExportResult.delivered());
    assertThat(givenBack).containsExactly(0, 1);
  }

  @Test
  void whatHadToBeSentAgainIsNot() {
    outcomes.settle(batch, ExportResult.retryAll(batch, "cut off", 0));
    outcomes.settle(batch, ExportResult.delivered());
    assertThat(givenBack).isEmpty();
  }

  @Test
  void whatHadToBeSentAgainInPartIsNotButItsNeighbourIs() {
    BitSet last = new BitSet();
    last.set(2);
    ExportBatch.Entry again = new ExportBatch.Entry(batch.entries().get(1).record(), last);
    outcomes.settle(batch, new ExportResult(0, List.of(), List.of(again), 0, "429"));
    outcomes.settle(new ExportBatch(Signal.LOGS, List.of(again)), ExportResult.delivered());
    assertThat(givenBack).containsExactly(0);
  }

  @Test
  void ofWhatBecameADeadLetterNothingIs() {
    ExportResult.Refused item = new ExportResult.Refused(0, 1, "mapping", "no");
    outcomes.settle(batch, new ExportResult(0, List.of(item), List.of(), 0, null));
    assertThat(givenBack).containsExactly(1);
  }

  @Test
  void whatWasInABatchThatWasSplitIsNot() {
    assertThat(outcomes.settle(batch, ExportResult.refusedAll(batch, "too_large", "413")).split())
        .isTrue();
    for (ExportBatch.Entry half : batch.entries()) {
      outcomes.settle(new ExportBatch(Signal.LOGS, List.of(half)), ExportResult.delivered());
    }
    assertThat(givenBack).isEmpty();
  }
}
