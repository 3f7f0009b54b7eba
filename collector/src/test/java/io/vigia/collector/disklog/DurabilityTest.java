package io.vigia.collector.disklog;

import static io.vigia.collector.disklog.TestLog.append;
import static io.vigia.collector.disklog.TestLog.appendAll;
import static io.vigia.collector.disklog.TestLog.open;
import static io.vigia.collector.disklog.TestLog.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.Signal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** When a record is on the disk, by what the operator asked for. */
class DurabilityTest {
  private static final int HOUR_MILLIS = 3_600_000;

  private final SimStorage storage = new SimStorage(5);

  private boolean onDisk(String text) {
    return storage.files(".segment").stream()
        .map(file -> new String(storage.durableBytes(file), StandardCharsets.ISO_8859_1))
        .anyMatch(bytes -> bytes.contains(text));
  }

  private DiskLog log(Durability durability) throws Exception {
    return open(TestLog.builder(storage).durability(durability));
  }

  @Test
  void withAnIntervalARecordIsOnTheDiskAfterItAndSurvivesAPowerCut() throws Exception {
    DiskLog log = log(Durability.interval(10));
    appendAll(log, "one");
    await().until(() -> onDisk("one"));
    appendAll(log, "second", "third"); // the clock goes on after the first time
    await().until(() -> onDisk("third"));
    storage.powerCut();
    assertThat(read(open(storage))).containsExactly("one", "second", "third");
  }

  @Test
  void withAnIntervalManyRecordsShareOneSync() throws Exception {
    DiskLog log = log(Durability.interval(HOUR_MILLIS));
    appendAll(log, "first");
    int before = storage.syncs;
    for (int i = 0; i < 100; i++) {
      append(log, "b" + i).get(10, TimeUnit.SECONDS);
    }
    assertThat(storage.syncs).isEqualTo(before);
    log.close();
    assertThat(onDisk("b99")).as("an orderly end leaves nothing behind").isTrue();
  }

  @Test
  void withFsyncItIsThereWhenItIsAcknowledged() throws Exception {
    DiskLog log = log(Durability.fsync());
    appendAll(log, "one");
    assertThat(onDisk("one")).isTrue();
  }

  @Test
  void withoutSyncsARecordSurvivesTheProcessOnly() throws Exception {
    DiskLog log = log(Durability.os());
    appendAll(log, "one");
    assertThat(onDisk("one")).isFalse();
    storage.kill();
    assertThat(read(log(Durability.os()))).containsExactly("one");
  }

  @Test
  void anAcknowledgedRecordIsNotLostWithADirectoryThatWasMadeForIt() throws Exception {
    for (int seed = 0; seed < 20; seed++) {
      SimStorage disk = new SimStorage(seed);
      DiskLog.Builder builder =
          DiskLog.builder(Signal.LOGS, Path.of("/data/state/main/log/logs")).storage(disk);
      appendAll(open(builder), "one");
      disk.powerCut();
      assertThat(read(open(builder))).as("seed %d", seed).containsExactly("one");
    }
  }
}
