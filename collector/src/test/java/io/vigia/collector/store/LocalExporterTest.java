package io.vigia.collector.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.ExporterContractTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The embedded store as one more destination. Each batch of the suite has ids of its own here: the
 * store knows what it has by them, and rightly calls the same one a duplicate.
 */
class LocalExporterTest extends ExporterContractTest {
  @TempDir Path directory;
  private final List<LocalStore> stores = new ArrayList<>();
  private long sequence;

  private LocalStore store() {
    return LocalStore.builder()
        .directory(directory)
        .memoryLimitBytes(64 << 20)
        .sliceMillis(60_000)
        .retentionMillis(TimeUnit.HOURS.toMillis(1))
        .build();
  }

  @Override
  protected Exporter newExporter() {
    LocalStore store = store();
    stores.add(store);
    return store.exporter();
  }

  @Override
  protected Exporter started() throws IOException {
    Exporter exporter = newExporter();
    stores.get(0).start();
    return started(exporter);
  }

  @AfterEach
  void closeStores() {
    stores.forEach(LocalStore::close);
  }

  @Override
  protected Signal signal() {
    return Signal.LOGS;
  }

  @Override
  protected ExportBatch batch() {
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (ExportBatch.Entry entry : super.batch().entries()) {
      LogRecord record = entry.record();
      RecordId id = new RecordId(record.id().logId(), record.id().epoch(), sequence++);
      entries.add(
          new ExportBatch.Entry(
              new LogRecord(
                  id, record.signal(), record.envelope(), record.items(), record.payload()),
              entry.wanted()));
    }
    return new ExportBatch(signal(), entries);
  }

  @Test
  void theSameBatchAgainIsDeliveredAndCountedAsDuplicates() throws Exception {
    Exporter exporter = started();
    ExportBatch batch = batch();
    assertThat(get(exporter.export(batch))).isEqualTo(ExportResult.delivered());
    ExportResult second = get(exporter.export(batch));
    assertThat(second.duplicates()).isEqualTo(5);
    assertThat(second.retry()).isEmpty();
    assertThat(second.refused()).isEmpty();
  }

  @Test
  void takesEverySignal() throws Exception {
    Exporter exporter = started();
    assertThat(exporter.signals()).isEqualTo(EnumSet.allOf(Signal.class));
    for (Signal signal : Signal.values()) {
      ExportBatch batch = io.vigia.collector.export.TestBatches.simple(signal, 3, 2);
      assertThat(get(exporter.export(batch))).as("%s", signal).isEqualTo(ExportResult.delivered());
    }
  }

  @Test
  void aStoreThatIsNotOpenIsRetried() throws Exception {
    assertAllRetried(get(newExporter().export(batch())));
  }

  @Test
  void aDirectoryThatCannotBeIsNamedByTheCheck() throws Exception {
    Path file = java.nio.file.Files.createFile(directory.resolve("file"));
    LocalStore store = LocalStore.builder().directory(file).build();
    CheckResult result = store.exporter().check();
    assertThat(result.ok()).isFalse();
    assertThat(result.summary()).contains(file.toString());
  }
}
