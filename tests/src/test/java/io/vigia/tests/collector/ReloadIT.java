package io.vigia.tests.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import io.vigia.tests.client.ForwardClient;
import io.vigia.tests.client.Otlp;
import io.vigia.tests.client.OtlpClient;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The configuration changes while clients send. */
class ReloadIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService senders = Executors.newCachedThreadPool();
  private FakeElasticsearch first;
  private FakeElasticsearch second;
  private CollectorProcess collector;
  private volatile boolean stopSending;

  /** Sends one message; throws when it was not acknowledged. */
  private interface Client {
    void send(String message) throws IOException;
  }

  @BeforeEach
  void startSinksAndCollector() throws IOException {
    first = new FakeElasticsearch();
    second = new FakeElasticsearch();
    collector = CollectorProcess.builder().destination(destination("first", first)).build().start();
  }

  @AfterEach
  void stop() {
    stopSending = true;
    senders.shutdownNow();
    collector.close();
    first.close();
    second.close();
  }

  @Test
  void destinationsComeAndGoWithoutLosingAnAckOrAConnection() throws Exception {
    try (OtlpClient grpc = new OtlpClient(collector.otlpGrpcPort(), 20_000);
        ForwardClient forward = new ForwardClient(collector.forwardPort(), 20_000)) {
      senders.execute(() -> sendUntilStopped("g", m -> grpc.send(Otlp.logs("s", List.of(m)))));
      senders.execute(
          () -> sendUntilStopped("f", m -> forward.send("s", m, List.of(Map.of("message", m)))));
      awaitAcknowledged(100);
      addSecond();
      collector.hangUp();
      awaitSaid("destinations.second added");
      awaitAcknowledged(100);
      Set<String> before = Set.copyOf(acknowledged);
      change(destination("first", first) + "\n  ", "");
      collector.hangUp();
      awaitSaid("destinations.first removed");
      awaitAcknowledged(100);
      change("gzip: true", "gzip: false"); // the only one left is taken out and put in again
      collector.hangUp();
      awaitSaid("destinations.second changed");
      awaitAcknowledged(100);
      stopSending = true;
      senders.shutdown();
      assertThat(senders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
      assertThat(failures).as("nothing was refused, no connection was closed").isEmpty();
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () -> {
                Set<String> both = new HashSet<>(first.messages());
                both.addAll(second.messages());
                assertThat(both).isEqualTo(acknowledged);
              });
      Set<String> later = new HashSet<>(acknowledged);
      later.removeAll(before);
      assertThat(second.messages()).doesNotHaveDuplicates().containsAll(later);
      assertThat(first.messages()).doesNotHaveDuplicates();
    }
  }

  @Test
  void aBadConfigurationKeepsTheOldOneAndSaysWhere() throws Exception {
    change("web:", "wep:");
    collector.hangUp();
    String before = Files.readString(collector.configFile()).split("wep:", 2)[0];
    long line = before.lines().count() + 1;
    awaitSaid(
        "the configuration of before stays: "
            + collector.configFile()
            + ":%d:1: unknown key".formatted(line));
    try (OtlpClient grpc = new OtlpClient(collector.otlpGrpcPort(), 20_000)) {
      grpc.send(Otlp.logs("s", List.of("still there")));
    }
    await().atMost(LIMIT).until(() -> first.messages().contains("still there"));
    change("wep:", "web:");
    collector.hangUp();
    awaitSaid("nothing is different");
  }

  @Test
  void aChangedFileIsEnoughAndOnlyWhatChangedIsTouched() throws Exception {
    int port = Ports.free();
    try (OtlpClient grpc = new OtlpClient(collector.otlpGrpcPort(), 20_000);
        ForwardClient old = new ForwardClient(collector.forwardPort(), 20_000)) {
      senders.execute(() -> sendUntilStopped("g", m -> grpc.send(Otlp.logs("s", List.of(m)))));
      old.send("s", "1", List.of(Map.of("message", "old port")));
      change(
          "forward: {listen: \"127.0.0.1:" + collector.forwardPort(),
          "forward: {listen: \"127.0.0.1:" + port);
      awaitSaid("receivers.forward changed");
      assertThat(old.closedByPeer()).isTrue();
      try (ForwardClient fresh = new ForwardClient(port, 20_000)) {
        fresh.send("s", "2", List.of(Map.of("message", "new port")));
      }
      awaitAcknowledged(50);
    }
    stopSending = true;
    await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(first.messages()).contains("old port", "new port"));
  }

  /** A start may take a while: another instance lets go of the directory, or the log is long. */
  @Test
  void whatChangesAndWhoHangsUpDuringTheStartIsHeardAfterIt() throws Throwable {
    duringTheStart(
        () -> {
          collector.hangUp();
          addSecond();
        });
    awaitSaid("destinations.second added");
  }

  @Test
  void aFileThatChangesDuringTheStartIsReadAgainAfterIt() throws Throwable {
    duringTheStart(this::addSecond);
    awaitSaid("destinations.second added");
  }

  /** While the collector waits for the lock of its state. */
  private void duringTheStart(ThrowingRunnable what) throws Throwable {
    collector.terminate(LIMIT);
    try (FileChannel file =
        FileChannel.open(collector.data().resolve("state/lock"), StandardOpenOption.WRITE)) {
      FileLock held = file.lock();
      collector.launch();
      await().atMost(LIMIT).until(this::waitsForTheLock);
      what.run();
      held.release();
    }
  }

  private void addSecond() throws IOException {
    change(
        destination("first", first),
        destination("first", first) + "\n  " + destination("second", second));
  }

  private boolean waitsForTheLock() throws IOException {
    Path handles = Path.of("/proc/" + collector.process().pid() + "/fd");
    Path lock = collector.data().resolve("state/lock").toRealPath();
    try (Stream<Path> open = Files.list(handles)) {
      return open.anyMatch(
          handle -> {
            try {
              return Files.readSymbolicLink(handle).equals(lock);
            } catch (IOException e) { // closed meanwhile
              return false;
            }
          });
    }
  }

  @Test
  void aPortInUseLeavesTheReceiverAsItWas() throws Exception {
    change(
        "forward: {listen: \"127.0.0.1:" + collector.forwardPort(),
        "forward: {listen: \"127.0.0.1:" + collector.otlpGrpcPort());
    collector.hangUp();
    awaitSaid("cannot listen on 127.0.0.1:" + collector.otlpGrpcPort());
    awaitSaid("it stays as it was");
    try (ForwardClient forward = new ForwardClient(collector.forwardPort(), 20_000)) {
      forward.send("s", "1", List.of(Map.of("message", "as before")));
    }
  }

  @Test
  void aDestinationThatCanRunNeitherAsAskedNorAsBeforeIsSaidAndRunsAfterTheNextReload()
      throws Exception {
    Path folder = collector.data().resolveSibling("copies");
    String copies = "\n  copies: {type: file, path: " + folder.resolve("copies.jsonl");
    String line = "  " + destination("first", first);
    change(line, line + copies + "}");
    collector.hangUp();
    awaitSaid("destinations.copies added");
    Path away = folder.resolveSibling("away");
    Files.move(folder, away);
    Files.createFile(folder);
    change(copies, copies + ", required: true");
    collector.hangUp();
    awaitSaid("nor can it run as it did");
    awaitSaid("it does not run until the configuration is loaded again");
    Files.delete(folder);
    collector.hangUp();
    await().atMost(LIMIT).until(() -> Files.isDirectory(folder));
  }

  @Test
  void whatCannotChangeSaysSo() throws Exception {
    change("data: " + collector.data(), "data: " + collector.data() + "2");
    collector.hangUp();
    awaitSaid("data: changes at the next start only; still " + collector.data());
    assertThat(collector.data().resolveSibling("data2")).doesNotExist();
  }

  private static String destination(String name, FakeElasticsearch sink) {
    return name + ": {type: elasticsearch, url: \"" + sink.url() + "\", gzip: true}";
  }

  private void change(String from, String to) throws IOException {
    String yaml = Files.readString(collector.configFile());
    assertThat(yaml).contains(from);
    Files.writeString(collector.configFile(), yaml.replace(from, to));
  }

  private void awaitSaid(String text) {
    collector.process().awaitOutput(text, LIMIT);
  }

  private void awaitAcknowledged(int more) {
    int target = acknowledged.size() + more;
    await().atMost(LIMIT).until(() -> acknowledged.size() >= target || !failures.isEmpty());
  }

  private void sendUntilStopped(String prefix, Client client) {
    for (int i = 0; !stopSending; i++) {
      try {
        client.send(prefix + i);
        acknowledged.add(prefix + i);
      } catch (IOException | RuntimeException e) {
        if (!stopSending) {
          failures.add(e);
        }
        return;
      }
    }
  }
}
