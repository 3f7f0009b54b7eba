package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
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
}
