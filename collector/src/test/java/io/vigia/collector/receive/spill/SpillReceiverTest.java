package io.vigia.collector.receive.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Proxy;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

class SpillReceiverTest {

  private record Taken(Signal signal, int items, byte[] payload) {}

  @TempDir Path directory;
  private Path root = Path.of("");
  private final List<Taken> taken = new CopyOnWriteArrayList<>();
  private final List<String> malformed = new CopyOnWriteArrayList<>();
  private volatile boolean outOfMemory;
  private volatile CompletableFuture<Void> answer = CompletableFuture.completedFuture(null);
  private SpillReceiver receiver =
      SpillReceiver.builder().directory(root).intake(refusing()).build();

  @BeforeEach
  void start() throws IOException {
    root =
        Files.createDirectory(
            directory.resolve("spill"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    CollectorMetrics metrics =
        (CollectorMetrics)
            Proxy.newProxyInstance(
                CollectorMetrics.class.getClassLoader(),
                new Class<?>[] {CollectorMetrics.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("malformed") && arguments != null) {
                    malformed.add(arguments[0] + " " + arguments[1]);
                  }
                  return null;
                });
    receiver =
        SpillReceiver.builder()
            .directory(root)
            .intake(this::take)
            .metrics(metrics)
            .intervalMillis(10)
            .quietMillis(1_000)
            .build();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  @Test
  void filesOfProcessesThatAreGoneAreHandedOverOldestFirstAsTheyAre() throws IOException {
    byte[] first = spans("first");
    byte[] second = spans("second", "third");
    byte[] younger = spans("younger");
    Path old = process("1764999000123-ffff");
    spill(old, "traces-0000000011", second);
    spill(old, "traces-0000000002", first);
    spill(old, "forward-0000000003", chunk("started", "order 7 taken"));
    spill(old, "traces-0000000012.part", first);
    Path young = process("1764999000999-0001");
    spill(young, "traces-0000000001", younger);
    receiver.start();
    awaitGone(old, young);
    assertThat(taken)
        .extracting(Taken::signal)
        .containsExactly(Signal.TRACES, Signal.LOGS, Signal.TRACES, Signal.TRACES);
    assertThat(taken).extracting(Taken::items).containsExactly(1, 2, 2, 1);
    assertThat(taken.get(0).payload()).isEqualTo(first);
    assertThat(taken.get(2).payload()).isEqualTo(second);
    assertThat(taken.get(3).payload()).isEqualTo(younger);
    assertThat(bodies(taken.get(1).payload())).containsExactly("started", "order 7 taken");
    assertThat(malformed).isEmpty();
  }

  @Test
  void aDirectoryThatCannotBeReadHoldsUpNoOther() throws IOException {
    Path unreadable = Files.createDirectory(root.resolve("1764999000123-1"));
    Files.createDirectory(unreadable.resolve("lock")); // as if it were another user's
    Files.setLastModifiedTime(unreadable, FileTime.fromMillis(System.currentTimeMillis() - 60_000));
    Path younger = process("1764999000999-2");
    byte[] payload = spans("younger");
    spill(younger, "traces-0000000001", payload);
    receiver.start();
    awaitGone(younger);
    assertThat(taken).extracting(Taken::payload).containsExactly(payload);
    assertThat(unreadable).exists();
  }

  @Test
  void fileStaysUntilTheIntakeHasItOnDisk() throws IOException {
    answer = new CompletableFuture<>();
    Path process = process("1764999000123-1");
    Path file = spill(process, "traces-0000000001", spans("one"));
    receiver.start();
    await().until(() -> taken.size() == 1);
    assertThat(file).exists();
    answer.complete(null);
    awaitGone(process);
    assertThat(taken).hasSize(1);
  }

  @Test
  void overloadedIntakeGetsItLater() throws IOException {
    answer = CompletableFuture.failedFuture(new IntakeException.Overloaded("quota", "full", 1));
    Path process = process("1764999000123-1");
    Path file = spill(process, "traces-0000000001", spans("one"));
    receiver.start();
    await().until(() -> taken.size() >= 2);
    assertThat(file).exists();
    answer = CompletableFuture.completedFuture(null);
    awaitGone(process);
    assertThat(malformed).isEmpty();
  }

  @Test
  void signalThatNoDestinationTakesIsNotKept() throws IOException {
    answer = CompletableFuture.failedFuture(new IntakeException.Rejected("no_destination", "none"));
    Path process = process("1764999000123-1");
    spill(process, "traces-0000000001", spans("one"));
    receiver.start();
    awaitGone(process);
    assertThat(malformed).isEmpty();
    assertThat(root.resolve(SpillDirectory.ASIDE)).doesNotExist();
  }

  @Test
  void whatIsNoPayloadIsKeptAsideAndCounted() throws IOException {
    Path process = process("1764999000123-1");
    byte[] whole = spans("one", "two");
    byte[] chunk = chunk("started");
    spill(process, "traces-0000000001", Arrays.copyOf(whole, whole.length - 3));
    spill(process, "forward-0000000002", Arrays.copyOf(chunk, chunk.length - 3));
    spill(process, "custom1f2e-0000000003", whole);
    spill(process, "notes.txt", whole);
    Files.createSymbolicLink(process.resolve("traces-0000000004"), Path.of("/etc/hostname"));
    spill(process, "traces-0000000005", whole);
    receiver.start();
    awaitGone(process);
    assertThat(taken).singleElement().extracting(Taken::payload).isEqualTo(whole);
    assertThat(malformed)
        .containsExactlyInAnyOrder(
            "spill damaged", "spill damaged", "spill damaged", "spill foreign", "spill foreign");
    assertThat(names(root.resolve(SpillDirectory.ASIDE)))
        .containsExactly(
            "1764999000123-1-custom1f2e-0000000003",
            "1764999000123-1-forward-0000000002",
            "1764999000123-1-notes.txt",
            "1764999000123-1-traces-0000000001",
            "1764999000123-1-traces-0000000004");
    assertThat(Path.of("/etc/hostname")).exists();
  }

  @Test
  void processThatLivesOrJustBeganIsLeftAlone() throws Exception {
    Path living = process("1764999000123-1");
    Path kept = spill(living, "traces-0000000001", spans("living"));
    Path began = process("1764999000124-2");
    Path gone = process("1764999000125-3");
    spill(gone, "traces-0000000001", spans("gone"));
    Files.setLastModifiedTime(began, FileTime.fromMillis(System.currentTimeMillis()));
    try (FileChannel lock = FileChannel.open(living.resolve("lock"), StandardOpenOption.WRITE)) {
      assertThat(lock.lock().isValid()).isTrue();
      receiver.start();
      awaitGone(gone);
      assertThat(taken).hasSize(1);
      assertThat(kept).exists();
      assertThat(began).exists();
    }
    awaitGone(living, began);
    assertThat(taken).hasSize(2);
  }

  @Test
  void directoryThatIsOpenToOthersIsNotRead() throws IOException {
    Path process = process("1764999000123-1");
    spill(process, "traces-0000000001", spans("one"));
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-x---"));
    receiver.start();
    await().during(Duration.ofMillis(200)).until(taken::isEmpty);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    awaitGone(process);
    assertThat(taken).hasSize(1);
  }

  /** Memory that runs out, and again while that is to be said. */
  private static final class Unspeakable extends OutOfMemoryError {
    private static final long serialVersionUID = 1L;

    @Override
    public String toString() {
      throw new OutOfMemoryError("Java heap space");
    }
  }

  @Test
  void memoryThatRunsOutOnceIsNotTheEndOfIt() throws IOException {
    outOfMemory = true;
    Path process = process("1764999000123-1");
    spill(process, "traces-0000000001", spans("one"));
    receiver.start();
    awaitGone(process);
    assertThat(taken).hasSize(1);
  }

  private CompletableFuture<Void> take(Batch batch) {
    if (outOfMemory) {
      outOfMemory = false;
      throw new Unspeakable();
    }
    byte[] payload = new byte[batch.payload().remaining()];
    batch.payload().duplicate().get(payload);
    taken.add(new Taken(batch.signal(), batch.items(), payload));
    return answer;
  }

  private static Intake refusing() {
    return batch -> CompletableFuture.failedFuture(new IntakeException.Rejected("test", "test"));
  }

  private Path process(String name) throws IOException {
    Path process = Files.createDirectory(root.resolve(name));
    Files.createFile(process.resolve("lock"));
    age(process);
    return process;
  }

  private static Path spill(Path process, String name, byte[] payload) throws IOException {
    Path file = Files.write(process.resolve(name), payload);
    age(process);
    return file;
  }

  private static void age(Path process) throws IOException {
    Files.setLastModifiedTime(process, FileTime.fromMillis(1_764_999_000_000L));
  }

  private static void awaitGone(Path... processes) {
    await().until(() -> Stream.of(processes).noneMatch(Files::exists));
  }

  private static List<String> names(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] spans(String... names) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    Stream.of(names).forEach(name -> scope.addSpans(Span.newBuilder().setName(name)));
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  private static byte[] chunk(String... messages) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      for (String message : messages) {
        packer.packArrayHeader(2).packLong(1_764_999_000L).packMapHeader(1);
        packer.packString("message").packString(message);
      }
      return packer.toByteArray();
    }
  }

  private static List<String> bodies(byte[] request) throws IOException {
    return ExportLogsServiceRequest.parseFrom(request).getResourceLogsList().stream()
        .flatMap(resource -> resource.getScopeLogsList().stream())
        .flatMap(scope -> scope.getLogRecordsList().stream())
        .map(log -> log.getBody().getStringValue())
        .toList();
  }
}
