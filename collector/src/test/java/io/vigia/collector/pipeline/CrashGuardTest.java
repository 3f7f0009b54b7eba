package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.zip.CRC32C;
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
    open().enter(batch(100, 260), false);
    CrashGuard second = open();
    assertThat(second.suspicious(100)).isTrue();
    assertThat(second.maxRecords(100)).isEqualTo(10);
    assertThat(second.maxRecords(90)).as("innocent ones before go by themselves").isEqualTo(10);
    second.leave(second.enter(batch(100, 110), false));
    second.enter(batch(110, 120), false);
    CrashGuard third = open();
    assertThat(third.maxRecords(110)).isEqualTo(1);
    third.leave(third.enter(batch(110, 111), false));
    third.enter(batch(111, 112), false);
    CrashGuard fourth = open();
    assertThat(fourth.condemned(110, false)).isFalse();
    assertThat(fourth.condemned(111, false)).isTrue();
    assertThat(fourth.condemned(112, false)).isFalse();
  }

  @Test
  void aRecordOfTheRetryLogIsJudgedApartFromWhatComesInOrder() throws IOException {
    open().enter(batch(5, 8), true);
    CrashGuard second = open();
    assertThat(second.suspicious(0)).isFalse();
    assertThat(second.maxRecords(6)).isEqualTo(Integer.MAX_VALUE);
    assertThat(second.suspectedInRetryLog(6)).isTrue();
    second.leave(second.enter(batch(100, 200), false));
    assertThat(second.suspectedInRetryLog(6)).as("others are far ahead").isTrue();
    second.enter(batch(6, 7), true);
    open().enter(batch(6, 7), true);
    CrashGuard fourth = open();
    assertThat(fourth.condemned(6, true)).isTrue();
    assertThat(fourth.condemned(6, false)).isFalse();
  }

  @Test
  void whatWasAnsweredOrClosedInOrderIsNotSuspected() throws IOException {
    CrashGuard first = open();
    first.leave(first.enter(batch(1, 5), false));
    first.enter(batch(5, 9), false);
    first.close();
    assertThat(open().suspicious(0)).isFalse();
  }

  /** The process sends these and dies of nothing that can be seen, a second later. */
  private CrashGuard dieLate(CrashGuard guard, long from, long to) throws IOException {
    guard.enter(batch(from, to), false);
    long later = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    guard.expire(later);
    assertThat(guard.expiryNanos(later)).as("nothing more to do").isEqualTo(Long.MAX_VALUE);
    guard.expire(later);
    return open();
  }

  @Test
  void threeDeathsLongAfterSendingChangeNothingYet() throws IOException {
    CrashGuard guard = open();
    for (int death = 1; death <= 3; death++) {
      guard = dieLate(guard, 1, 33);
      assertThat(guard.suspicious(1)).as("after %d deaths", death).isFalse();
      assertThat(guard.maxRecords(1)).isEqualTo(Integer.MAX_VALUE);
      assertThat(guard.maxRecords(0)).as("goes with its neighbours").isEqualTo(Integer.MAX_VALUE);
    }
  }

  @Test
  void whoKillsLongAfterSendingIsFoundInItsBatchAtTheTenthDeath() throws IOException {
    CrashGuard guard = open();
    for (int death = 1; death <= 4; death++) {
      guard = dieLate(guard, 1, 33);
    }
    assertThat(guard.suspicious(1)).isTrue();
    assertThat(guard.maxRecords(1)).isEqualTo(2);
    guard = dieLate(guard, 1, 3);
    assertThat(guard.maxRecords(1)).isEqualTo(1);
    for (int death = 6; death <= CrashGuard.LATE_DEATHS; death++) {
      assertThat(guard.condemned(1, false)).as("after %d deaths", death - 1).isFalse();
      guard = dieLate(guard, 1, 2);
    }
    assertThat(guard.condemned(1, false)).isTrue();
    assertThat(guard.condemned(2, false)).isFalse();
  }

  @Test
  void earlyAndLateDeathsAreCountedTogether() throws IOException {
    CrashGuard guard = open();
    for (int death = 1; death <= CrashGuard.LATE_DEATHS - 2; death++) {
      guard = dieLate(guard, 7, 8);
    }
    guard.enter(batch(7, 8), false);
    guard = open();
    assertThat(guard.condemned(7, false)).isFalse();
    guard.enter(batch(7, 8), false);
    assertThat(open().condemned(7, false)).isTrue();
  }

  @Test
  void whoSurvivesForLongOnceIsNotCondemnedByThreeDeaths() throws IOException {
    CrashGuard guard = open();
    for (int death = 1; death < CrashGuard.DEATHS; death++) {
      guard.enter(batch(7, 8), false);
      guard = open();
    }
    guard = dieLate(guard, 7, 8);
    for (int death = 1; death < CrashGuard.DEATHS; death++) {
      guard.enter(batch(7, 8), false);
      guard = open();
    }
    assertThat(guard.condemned(7, false)).isFalse();
    assertThat(guard.suspicious(7)).isTrue();
    guard.enter(batch(7, 8), false);
    assertThat(open().condemned(7, false)).isTrue();
  }

  @Test
  void anAnswerHoweverLateClearsTheRecord() throws IOException {
    CrashGuard guard = dieLate(open(), 7, 8);
    long ticket = guard.enter(batch(7, 8), false);
    guard.expire(System.nanoTime() + TimeUnit.SECONDS.toNanos(1));
    guard.leave(ticket);
    assertThat(guard.suspicious(7)).isFalse();
    assertThat(open().suspicious(7)).isFalse();
  }

  @Test
  void afterADeathTheMarkIsNeverBelowWhatWasHandedOut() throws IOException {
    CrashGuard first = open();
    assertThat(first.sentBelow()).isZero();
    first.enter(batch(10, 20), false);
    first.enter(batch(20, 4_000), false);
    CrashGuard second = open();
    assertThat(second.sentBelow()).isGreaterThanOrEqualTo(4_000);
    assertThat(open().sentBelow()).as("dead again before it sent").isEqualTo(second.sentBelow());
  }

  @Test
  void anOrderlyEndLeavesNoDoubtButAReplayDoes() throws IOException {
    CrashGuard first = open();
    first.enter(batch(10, 20), false);
    first.close();
    CrashGuard second = open();
    assertThat(second.sentBelow()).isZero();
    second.close(77);
    assertThat(open().sentBelow()).isEqualTo(77);
  }

  /** Written from {@code disklog.md} by another program (a script), not by this one. */
  private static byte[] fixture() throws IOException {
    try (InputStream in = CrashGuardTest.class.getResourceAsStream("/disklog/v1/logs.attempts")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  @Test
  void versionOneOfTheAttemptsFileIsReadBackWithItsDeaths() throws IOException {
    Files.write(directory.resolve("logs.attempts"), fixture());
    try (CrashGuard guard = open()) {
      assertThat(guard.sentBelow()).isEqualTo(2_048);
      assertThat(guard.maxRecords(40)).as("40 to 55, a second death").isEqualTo(1);
      assertThat(guard.maxRecords(30)).as("up to 40").isEqualTo(10);
      assertThat(guard.condemned(40, false)).isFalse();
      assertThat(guard.condemned(7, true)).as("alone, from the retry log, a third death").isTrue();
      assertThat(guard.condemned(7, false)).isFalse();
      assertThat(guard.condemned(100, false)).as("alone, a tenth late death").isTrue();
      assertThat(guard.suspicious(199)).as("200 has a wrong checksum").isFalse();
    }
  }

  @Test
  void attemptsAreWrittenByteForByteAsDrawn() throws IOException {
    Path file = directory.resolve("logs.attempts");
    CrashGuard first = open();
    first.enter(batch(40, 56), false);
    assertThat(slot(Files.readAllBytes(file), 0)).isEqualTo(slot(40, 56, 0));
    CrashGuard second = open();
    second.enter(batch(40, 56), false);
    assertThat(slot(Files.readAllBytes(file), 0))
        .isEqualTo(slot(40, 56, 1))
        .isEqualTo(slot(fixture(), 0));
    second.enter(batch(7, 8), true);
    assertThat(slot(Files.readAllBytes(file), 1)).isEqualTo(slot(7, 8, 1 << 30));
    second.sent(2_048);
    assertThat(slot(Files.readAllBytes(file), 64)).isEqualTo(slot(fixture(), 64));
    assertThat(Files.size(file)).isEqualTo(65 * 32).isEqualTo(fixture().length);
  }

  private static byte[] slot(byte[] file, int slot) {
    return Arrays.copyOfRange(file, slot * 32, slot * 32 + 32);
  }

  private static byte[] slot(long from, long to, int deaths) {
    ByteBuffer bytes = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(from).putLong(to).putInt(deaths);
    CRC32C crc = new CRC32C();
    crc.update(bytes.array(), 0, 20);
    return bytes.putInt((int) crc.getValue()).array();
  }
}
