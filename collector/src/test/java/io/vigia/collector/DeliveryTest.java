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
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.disklog.Storage;
import io.vigia.collector.pipeline.Pipeline;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A configuration that is read again. With real processes: ReloadIT. */
class DeliveryTest {
  private static final int RECORD_BYTES = 10_000;
  private static final Pattern NUMBER = Pattern.compile("\\d{6}(?=xxx)");
  private static final String OTHER = "other: {type: file, path: $/other}";

  @TempDir private Path directory;
  private final List<String> said = new ArrayList<>();
  private Delivery delivery;
  private Pipeline pipeline;
  private int sent;
  private volatile String noThreadFor = "nobody";

  @BeforeEach
  void start() throws Exception {
    CollectorConfig before = config("out: {type: file, path: $/out}", OTHER);
    delivery = new Delivery(new Exporters(before));
    Pipeline.Builder builder =
        Pipeline.builder()
            .directory(directory.resolve("state"))
            .storage(disk())
            .durability(Durability.os())
            .segmentBytes(64 << 10)
            .graceMillis(1);
    delivery.start(before.destinations(), builder);
    pipeline = builder.build();
    pipeline.start();
  }

  /** The real disk; of a destination with this name nothing begins, as without threads. */
  private Storage disk() {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (arguments != null
                  && arguments[0] instanceof Path path
                  && path.endsWith(noThreadFor)) {
                throw new LinkageError("no thread to be had");
              }
              try {
                return method.invoke(Storage.os(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  @AfterEach
  void stop() {
    pipeline.close();
    delivery.close();
  }

  private CollectorConfig config(String... destinations) throws Exception {
    Path file = directory.resolve("vigia.yaml");
    String all = String.join("\n  ", destinations).replace("$", directory.toString());
    Files.writeString(file, "data: %s\ndestinations:\n  %s\n".formatted(directory, all));
    return new ConfigLoader(name -> null).load(file);
  }

  private void apply(String... destinations) throws Exception {
    delivery.apply(config(destinations).destinations(), pipeline, said::add);
  }

  private CompletableFuture<Void> offer(String text) {
    byte[] payload =
        ExportLogsServiceRequest.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder()
                    .addScopeLogs(
                        ScopeLogs.newBuilder()
                            .addLogRecords(
                                LogRecord.newBuilder()
                                    .setBody(AnyValue.newBuilder().setStringValue(text)))))
            .build()
            .toByteArray();
    return pipeline
        .intake()
        .accept(new Batch(Signal.LOGS, 1, Envelope.now("test", "peer"), ByteBuffer.wrap(payload)));
  }

  private void accept(int records) throws Exception {
    for (int i = 0; i < records; i++) {
      offer("%06d".formatted(sent++) + "x".repeat(RECORD_BYTES)).get();
    }
  }

  /** How many of the records are in a file, each once. */
  private long records(String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.isRegularFile(file)
        ? NUMBER
            .matcher(Files.readString(file))
            .results()
            .map(MatchResult::group)
            .distinct()
            .count()
        : 0;
  }

  /** Since it was called all cursors were saved, and after that what they passed was freed. */
  private void awaitWhatIsPassedIsFreed() throws Exception {
    Path cursor = directory.resolve("state/destinations/other/logs.cursor");
    for (int i = 0; i < 2; i++) {
      byte[] before = Files.readAllBytes(cursor);
      accept(1);
      await().until(() -> !Arrays.equals(before, Files.readAllBytes(cursor)));
    }
  }

  @Test
  void noSignalIsTurnedAwayWhileItsOnlyDestinationIsReplacedByAnother() throws Exception {
    apply("out: {type: file, path: $/out}");
    AtomicBoolean stop = new AtomicBoolean();
    List<Throwable> rejected = new ArrayList<>();
    Thread sender =
        new Thread(
            () -> {
              while (!stop.get()) {
                try {
                  offer("x").get();
                } catch (ExecutionException e) {
                  if (e.getCause() instanceof IntakeException.Rejected) {
                    rejected.add(e.getCause());
                  }
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    sender.start();
    try {
      for (int i = 0; i < 5; i++) {
        apply("out%d: {type: file, path: $/out%d}".formatted(i, i));
        String last = "out" + i;
        await().until(() -> Files.exists(directory.resolve(last)));
      }
    } finally {
      stop.set(true);
      sender.join();
    }
    assertThat(rejected).isEmpty();
  }

  /** The new path cannot be written to, and the old one cannot any more. */
  @Test
  void whatADestinationHasNotHadIsKeptWhileItCanRunNeitherAsAskedForNorAsBefore() throws Exception {
    Files.createDirectory(directory.resolve("out"));
    accept(50);
    Files.createDirectory(directory.resolve("asked"));
    apply("out: {type: file, path: $/asked}", OTHER);
    assertThat(said).anyMatch(line -> line.contains("nor can it run as it did"));
    assertThat(pipeline.status())
        .anySatisfy(
            status -> {
              assertThat(status.destination()).isEqualTo("out");
              assertThat(status.pending()).isEqualTo(50);
              assertThat(status.lastError()).startsWith("paused: ").contains("cannot be written");
            });
    awaitWhatIsPassedIsFreed();
    Files.delete(directory.resolve("out"));
    apply("out: {type: file, path: $/out}", OTHER);
    await().until(() -> records("out") == sent);
  }

  @Test
  void whatIsKeptForADestinationThatCannotRunIsFreedWhenItIsRemoved() throws Exception {
    Files.createDirectory(directory.resolve("out"));
    accept(50);
    Files.createDirectory(directory.resolve("asked"));
    apply("out: {type: file, path: $/asked}", OTHER);
    apply(OTHER);
    assertThat(said).contains("destinations.out removed");
    assertThat(pipeline.status()).hasSize(3).allMatch(one -> one.destination().equals("other"));
    await().until(() -> records("other") == sent);
    awaitWhatIsPassedIsFreed();
    await().until(() -> pipeline.logStatus().stream().allMatch(log -> log.bytes() < 300_000));
  }

  @Test
  void aDestinationThatCouldNotBeginIsSaidAndBeginsWithTheNextReload() throws Exception {
    String fresh = "fresh: {type: file, path: $/fresh}";
    String last = "last: {type: file, path: $/last}";
    noThreadFor = "fresh";
    apply(OTHER, fresh, last);
    assertThat(said)
        .anyMatch(
            line ->
                line.startsWith("destinations.fresh: java.lang.LinkageError")
                    && line.endsWith("does not run until the configuration is loaded again"))
        .contains("destinations.out removed", "destinations.last added");
    noThreadFor = "nobody";
    apply(OTHER, fresh, last);
    assertThat(said).contains("destinations.fresh added");
    accept(1);
    await().until(() -> records("fresh") == 1 && records("last") == 1);
  }

  @Test
  void aDestinationWhoseFilesCannotBeOpenedAgainGoesOnWhenTheyCan() throws Exception {
    Path cursor = directory.resolve("state/destinations/out/logs.cursor");
    Files.move(cursor, directory.resolve("away"));
    Files.createDirectory(cursor);
    apply("out: {type: file, path: $/asked}", OTHER);
    assertThat(said).anyMatch(line -> line.endsWith("; it stays as it was"));
    accept(50);
    awaitWhatIsPassedIsFreed();
    Files.delete(cursor);
    Files.move(directory.resolve("away"), cursor);
    await().until(() -> records("out") == sent);
  }
}
