package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashGuardTest {
  @TempDir Path directory;

  private CrashGuard open() throws IOException {
    return CrashGuard.open(Storage.os(), directory.resolve("logs.attempts"));
  }

  private static ExportBatch batch(long from, long to) {
    List<ExportBatch.Entry> entries =
        LongStream.range(from, to)
            .mapToObj(
                sequence ->
                    new ExportBatch.Entry(
                        new LogRecord(
                            new RecordId(1, 1, sequence),
                            Signal.LOGS,
                            new Envelope(1, "test", "", Map.of()),
                            1,
                            ByteBuffer.allocate(1)),
                        null))
            .toList();
    return new ExportBatch(Signal.LOGS, entries);
  }

  @Test
  void aRecordThatKillsTheProcessIsFoundInABatchAndCondemnedAtTheThirdDeath() throws IOException {
    open().enter(batch(100, 260));
    CrashGuard second = open();
    assertThat(second.suspicious(100)).isTrue();
    assertThat(second.maxRecords(100)).isEqualTo(10);
    assertThat(second.maxRecords(90)).as("innocent ones before go by themselves").isEqualTo(10);
    second.leave(second.enter(batch(100, 110)));
    second.enter(batch(110, 120));
    CrashGuard third = open();
    assertThat(third.maxRecords(110)).isEqualTo(1);
    third.leave(third.enter(batch(110, 111)));
    third.enter(batch(111, 112));
    CrashGuard fourth = open();
    assertThat(fourth.condemned(110)).isFalse();
    assertThat(fourth.condemned(111)).isTrue();
    assertThat(fourth.condemned(112)).isFalse();
  }

  @Test
  void whatWasAnsweredOrClosedInOrderIsNotSuspected() throws IOException {
    CrashGuard first = open();
    first.leave(first.enter(batch(1, 5)));
    first.enter(batch(5, 9));
    first.close();
    assertThat(open().suspicious(0)).isFalse();
  }

  @Test
  void aDeathLongAfterSendingIsNotHeldAgainstTheBatch() throws IOException {
    CrashGuard first = open();
    first.enter(batch(1, 5));
    first.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
    assertThat(open().suspicious(0)).isFalse();
  }

  @Test
  void afterADeathTheMarkIsNeverBelowWhatWasHandedOut() throws IOException {
    CrashGuard first = open();
    assertThat(first.sentBelow()).isZero();
    first.enter(batch(10, 20));
    first.enter(batch(20, 4_000));
    CrashGuard second = open();
    assertThat(second.sentBelow()).isGreaterThanOrEqualTo(4_000);
    assertThat(open().sentBelow()).as("dead again before it sent").isEqualTo(second.sentBelow());
  }

  @Test
  void anOrderlyEndLeavesNoDoubtButAReplayDoes() throws IOException {
    CrashGuard first = open();
    first.enter(batch(10, 20));
    first.close();
    CrashGuard second = open();
    assertThat(second.sentBelow()).isZero();
    second.close(77);
    assertThat(open().sentBelow()).isEqualTo(77);
  }
}
