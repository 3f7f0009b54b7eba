package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Files of every format version there was, kept, and read by today's program. */
class FormatFixtureTest {
  private static byte[] fixture(String name) throws IOException {
    try (InputStream in = FormatFixtureTest.class.getResourceAsStream("/disklog/v1/" + name)) {
      return Objects.requireNonNull(in, name).readAllBytes();
    }
  }

  @Test
  void versionOneIsReadBackFieldByField() throws Exception {
    SimStorage storage = new SimStorage(1);
    storage.overwrite(TestLog.DIRECTORY.resolve("meta"), fixture("meta"));
    storage.overwrite(Segment.path(TestLog.DIRECTORY, 0), fixture("00000000000000000000.segment"));
    DiskLog log = TestLog.open(storage);
    assertThat(log.logId()).isEqualTo(0x0123456789ABCDEFL);
    assertThat(TestLog.read(log)).containsExactly("one", "second", "third");
    try (LogReader reader = log.reader(LogPosition.ZERO)) {
      LogEntry entry = Objects.requireNonNull(reader.next());
      LogRecord record = Objects.requireNonNull(entry.record());
      assertThat(record.id()).isEqualTo(new RecordId(0x0123456789ABCDEFL, 1, 0));
      assertThat(record.items()).isEqualTo(3);
      assertThat(record.envelope())
          .isEqualTo(new Envelope(1_000, "test", "10.0.0.7:1", Map.of("k8s.pod.name", "pod-ñ")));
    }
    log.close();
  }

  @Test
  void versionOneOfACursorIsReadBackWithItsCounts() throws Exception {
    SimStorage storage = new SimStorage(1);
    Path path = Path.of("/c/logs.cursor");
    storage.overwrite(path, fixture("logs.cursor"));
    LogPosition end = new LogPosition(3, 14, 400);
    Cursor cursor = Cursor.open(storage, path, 0x0123456789ABCDEFL, LogPosition.ZERO, end);
    assertThat(cursor.isDone(0)).isTrue();
    assertThat(cursor.isDone(1)).isFalse();
    assertThat(cursor.isDone(2)).isTrue();
    Cursor.Ledger ledger = cursor.ledger(end);
    assertThat(ledger.delivered()).isEqualTo(3);
    assertThat(ledger.duplicates()).isEqualTo(1);
    assertThat(ledger.dropped()).containsExactly(Map.entry("mapping", 5L));
    assertThat(ledger.pending()).isEqualTo(6);
    assertThat(ledger.accepted()).isEqualTo(14);
  }

  /** Written from {@code disklog.md} by another program (a script), not by this one. */
  private static SideLog sideLog(SimStorage storage) throws IOException {
    Path directory = Path.of("/side");
    storage.overwrite(directory.resolve("meta"), fixture("side/meta"));
    storage.overwrite(Segment.path(directory, 0), fixture("side/00000000000000000000.segment"));
    return SideLog.open(storage, directory);
  }

  private static SideNote note(long sequence, Signal signal, int items, @Nullable BitSet wanted) {
    boolean first = sequence == 41;
    return new SideNote(
        new RecordId(0xFEDCBA9876543210L, 2, sequence),
        signal,
        items,
        wanted,
        first ? "mapping" : "429",
        first ? "failed to parse field [a]" : "",
        1_795_220_885_123_456_789L + (first ? 0 : 1));
  }

  private static BitSet items(int... items) {
    BitSet set = new BitSet();
    Arrays.stream(items).forEach(set::set);
    return set;
  }

  private static final SideNote LETTER = note(41, Signal.LOGS, 10, items(1, 8));
  private static final SideNote RETRY = note(42, Signal.TRACES, 3, null);

  @Test
  void versionOneOfASideLogIsReadBackFieldByField() throws Exception {
    SideLog log = sideLog(new SimStorage(1));
    assertThat(log.end().sequence()).isEqualTo(3);
    assertThat(log.end().items()).isEqualTo(9);
    try (LogReader reader = log.reader(LogPosition.ZERO)) {
      LogEntry letter = Objects.requireNonNull(reader.next());
      assertThat(letter.note()).isEqualTo(LETTER);
      assertThat(letter.items()).isEqualTo(2);
      LogRecord record = Objects.requireNonNull(letter.record());
      assertThat(record.id()).isEqualTo(LETTER.origin());
      assertThat(record.items()).isEqualTo(10);
      assertThat(record.envelope())
          .isEqualTo(new Envelope(1_000, "test", "10.0.0.7:1", Map.of("k8s.pod.name", "pod-ñ")));
      assertThat(text(record)).isEqualTo("payload-one");
      LogEntry retry = Objects.requireNonNull(reader.next());
      assertThat(retry.note()).isEqualTo(RETRY);
      assertThat(retry.items()).isEqualTo(3);
      assertThat(text(Objects.requireNonNull(retry.record()))).isEqualTo("payload-two");
      LogEntry old = Objects.requireNonNull(reader.next());
      assertThat(old.note())
          .as("of an earlier version, which did not write when")
          .isEqualTo(
              new SideNote(
                  new RecordId(0xFEDCBA9876543210L, 3, 7),
                  Signal.METRICS,
                  4,
                  null,
                  "out_of_order",
                  "old",
                  0));
      assertThat(text(Objects.requireNonNull(old.record()))).isEqualTo("payload-three");
      assertThat(reader.next()).isNull();
    }
    log.close();
  }

  @Test
  void sideRecordsAreWrittenByteForByteAsInTheFixture() throws Exception {
    byte[] fixture = fixture("side/00000000000000000000.segment");
    Checksum checksum = new Checksum();
    ByteBuffer written = ByteBuffer.allocate(4_096).order(ByteOrder.LITTLE_ENDIAN);
    written.position(SegmentHeader.BYTES);
    Envelope first = new Envelope(1_000, "test", "10.0.0.7:1", Map.of("k8s.pod.name", "pod-ñ"));
    ByteBuffer payload = ByteBuffer.wrap("payload-one".getBytes(StandardCharsets.UTF_8));
    RecordFormat.append(written, first, LETTER, 2, payload, 0, 0, checksum);
    int second = written.position();
    RecordFormat.seal(written, 64, 0x0123456789ABCDEFL, 1, 64, checksum);
    payload = ByteBuffer.wrap("payload-two".getBytes(StandardCharsets.UTF_8));
    Envelope envelope = new Envelope(2_000, "test", "10.0.0.7:1", Map.of());
    RecordFormat.append(written, envelope, RETRY, 3, payload, 1, 2, checksum);
    RecordFormat.seal(written, second, 0x0123456789ABCDEFL, 1, second, checksum);
    int end = written.position();
    assertThat(Arrays.copyOfRange(written.array(), 64, end))
        .isEqualTo(Arrays.copyOfRange(fixture, 64, end));
  }

  private static String text(LogRecord record) {
    return StandardCharsets.UTF_8.decode(record.payload().duplicate()).toString();
  }
}
