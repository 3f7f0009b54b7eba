package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigLoader;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.pipeline.CursorAdmin;
import io.vigia.collector.pipeline.DeadLetterAdmin;
import io.vigia.collector.pipeline.DestinationOptions;
import io.vigia.collector.pipeline.Pipeline;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With real processes: AdoptionIT. */
class AdoptionTest {
  @TempDir private Path data;

  @Test
  void aDirectoryThatCannotBeAdoptedHoldsUpNoOtherAndStaysAsItIs() throws Exception {
    Path newer = Files.createDirectories(data.resolve("state/a-newer"));
    Files.createDirectories(newer.resolve("log"));
    Files.writeString(newer.resolve("format"), "vigia-state 99\n");
    leaveBehind(data.resolve("state/b"));
    CollectorConfig config = config();

    try (Adoption adoption = adoption(config)) {
      adoption.start();
      await().until(() -> !Files.exists(data.resolve("state/b")));
    }
    assertThat(data.resolve("out")).content().contains("left behind");
    assertThat(newer.resolve("format")).content().isEqualTo("vigia-state 99\n");
    assertThat(newer.resolve("log")).isEmptyDirectory();
  }

  @Test
  void aDirectoryThatCannotBeLookedAtHoldsUpNoOtherAndIsSaidOnce() throws Exception {
    Path closed = Files.createDirectories(data.resolve("state/a"));
    Files.createDirectories(closed.resolve("log"));
    Files.createDirectories(closed.resolve("lock")); // as good as another user's
    leaveBehind(data.resolve("state/b"));
    try (LogLines lines = new LogLines(Adoption.class);
        Adoption adoption = adoption(config())) {
      adoption.start();
      await().until(() -> !Files.exists(data.resolve("state/b")));
      leaveBehind(data.resolve("state/c"));
      await().until(() -> !Files.exists(data.resolve("state/c"))); // some looks later
      assertThat(lines.with("left cannot be")).hasSize(1);
    }
  }

  @Test
  void aDirectoryWhoseDeadLettersWereAllTakenOutIsRemoved() throws Exception {
    leaveBehind(data.resolve("state/b"), new Refusing());
    CollectorConfig config = config();
    try (Adoption adoption = adoption(config)) {
      adoption.start();
      await().until(() -> !adoption.deadLetterStatus().isEmpty());
      assertThat(adoption.deadLetterStatus())
          .extracting(DeadLetterStatus::destination, DeadLetterStatus::items)
          .containsExactly(org.assertj.core.groups.Tuple.tuple("file (b)", 1L));
      await().until(() -> adoption.deadLetterStatus().isEmpty());
    }
    assertThat(data.resolve("state/b/destinations/file/dead-letters")).isNotEmptyDirectory();

    dropDeadLetters(data.resolve("state/b"));
    assertThat(data.resolve("state/b/destinations/file/dead-letters")).isDirectory();
    try (Adoption adoption = adoption(config)) {
      adoption.start();
      await().until(() -> !Files.exists(data.resolve("state/b")));
    }
  }

  @Test
  void aDirectoryThatStaysIsRemovedWhenNothingHoldsItAnyMore() throws Exception {
    leaveBehind(data.resolve("state/b"), new Refusing());
    try (Adoption adoption = adoption(config())) {
      adoptUntilItStays(adoption);
      dropDeadLetters(data.resolve("state/b"));
      await().until(() -> !Files.exists(data.resolve("state/b")));
    }
  }

  @Test
  void deadLettersOfADirectoryThatStaysAreDeliveredWhenTheyAreGivenAgain() throws Exception {
    leaveBehind(data.resolve("state/b"), new Refusing());
    try (Adoption adoption = adoption(config())) {
      adoptUntilItStays(adoption);
      try (CursorAdmin.Offline admin = CursorAdmin.open(data.resolve("state/b"))) {
        assertThat(admin.deadLetters().retry("file", DeadLetterAdmin.Filter.ALL)).isEqualTo(1);
      }
      await().until(() -> !Files.exists(data.resolve("state/b")));
    }
    assertThat(data.resolve("out")).content().contains("left behind");
  }

  @Test
  void whatAnInstanceLeavesTheNextTimeIsDeliveredAlthoughItsDirectoryStays() throws Exception {
    leaveBehind(data.resolve("state/b"), new Refusing());
    try (Adoption adoption = adoption(config())) {
      adoptUntilItStays(adoption);
      leaveBehind(data.resolve("state/b"));
      await().until(() -> Files.exists(data.resolve("out")));
      await().until(() -> !Files.readString(data.resolve("out")).isEmpty());
    }
    assertThat(data.resolve("out")).content().contains("left behind");
    assertThat(data.resolve("state/b")).isDirectory();
  }

  private void adoptUntilItStays(Adoption adoption) {
    try (LogLines lines = new LogLines(Adoption.class)) {
      adoption.start();
      await().until(() -> !lines.with("dead letters of file").isEmpty());
    }
  }

  /** As one that is stopped (SIGSTOP), or on a disk that does not answer. */
  @Test
  void anEndDoesNotWaitForAnotherProcessThatHoldsTheLockOfAllInstances() throws Exception {
    leaveBehind(data.resolve("state/b"));
    Adoption adoption = adoption(config());
    CompletableFuture<Void> end;
    synchronized (Instances.class) { // as good as the file's lock, which is between processes
      adoption.start();
      await().until(AdoptionTest::waitsForTheLock);
      end = CompletableFuture.runAsync(adoption::close, task -> new Thread(task).start());
      assertThat(end).succeedsWithin(60, TimeUnit.SECONDS);
    }
    await().until(() -> threads().noneMatch(thread -> thread.getName().equals("vigia-adoption")));
    adoption.close();
  }

  private static boolean waitsForTheLock() {
    return threads()
        .anyMatch(
            thread ->
                thread.getName().equals("vigia-adoption")
                    && thread.getState() == Thread.State.BLOCKED);
  }

  private static Stream<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream();
  }

  private static Adoption adoption(CollectorConfig config) {
    return new Adoption(
        new Instances(config), config::destinations, new Exporters(config), Pipeline::builder, 1);
  }

  private static void dropDeadLetters(Path state) throws Exception {
    try (CursorAdmin.Offline admin = CursorAdmin.open(state)) {
      assertThat(admin.deadLetters().drop("file", DeadLetterAdmin.Filter.ALL)).isEqualTo(1);
    }
  }

  private CollectorConfig config() throws Exception {
    Path file = data.resolve("vigia.yaml");
    Files.writeString(
        file, "data: %s\ndestinations: {file: {path: %s}}\n".formatted(data, data.resolve("out")));
    return new ConfigLoader(name -> null).load(file);
  }

  /** What an instance leaves whose destination did not answer. */
  private static void leaveBehind(Path state) throws Exception {
    leaveBehind(state, new Silent());
  }

  private static void leaveBehind(Path state, Exporter exporter) throws Exception {
    try (Pipeline pipeline =
        Pipeline.builder()
            .directory(state)
            .graceMillis(1)
            .destination("file", exporter, DestinationOptions.defaults())
            .build()) {
      pipeline.start();
      ExportLogsServiceRequest request =
          ExportLogsServiceRequest.newBuilder()
              .addResourceLogs(
                  ResourceLogs.newBuilder()
                      .addScopeLogs(
                          ScopeLogs.newBuilder()
                              .addLogRecords(
                                  LogRecord.newBuilder()
                                      .setBody(
                                          AnyValue.newBuilder().setStringValue("left behind")))))
              .build();
      pipeline
          .intake()
          .accept(
              new Batch(
                  Signal.LOGS,
                  1,
                  Envelope.now("test", "peer"),
                  ByteBuffer.wrap(request.toByteArray())))
          .get();
      if (exporter instanceof Refusing) {
        await().until(() -> pipeline.status().stream().allMatch(one -> one.pending() == 0));
      }
    }
  }

  private static final class Refusing extends Silent {
    @Override
    public CompletableFuture<ExportResult> export(ExportBatch batch) {
      return CompletableFuture.completedFuture(ExportResult.refusedAll(batch, "no", "never"));
    }
  }

  private static class Silent implements Exporter {
    @Override
    public void start() {}

    @Override
    public Set<Signal> signals() {
      return EnumSet.allOf(Signal.class);
    }

    @Override
    public Limits limits() {
      return new Limits(1 << 20, 100, 1, 1);
    }

    @Override
    public CompletableFuture<ExportResult> export(ExportBatch batch) {
      return new CompletableFuture<>();
    }

    @Override
    public CheckResult check() {
      return CheckResult.ok("silent");
    }

    @Override
    public void close() {}
  }
}
