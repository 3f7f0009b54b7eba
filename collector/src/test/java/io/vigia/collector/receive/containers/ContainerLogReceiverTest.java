package io.vigia.collector.receive.containers;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.UnixTime;
import io.vigia.collector.receive.JsonEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerLogReceiverTest {
  @TempDir Path root;
  private final Received received = new Received();
  private final Counting metrics = new Counting();
  private final Map<String, Integer> counted = metrics.problems();
  private final ContainerLogReceiver.Builder builder = ContainerLogReceiver.builder();
  private ContainerLogReceiver receiver = idle();

  private ContainerLogReceiver idle() {
    return builder.directory(Path.of("none")).state(Path.of("none")).intake(received).build();
  }

  private void start() {
    receiver =
        builder
            .directory(root.resolve("pods"))
            .state(root.resolve("state"))
            .intake(received)
            .metrics(metrics)
            .intervalMillis(10)
            .waits(new SeriesReader.Waits(300, 0, 0, 4 << 20, 1 << 20))
            .build();
    receiver.start();
  }

  @AfterEach
  void close() {
    receiver.close();
  }

  @Test
  void saysWhoseTheLineIs() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line(
        "stderr", "F", "WARN [orders,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7] slow");
    start();
    awaitBodies(1);
    Received.Entry entry = received.entries().get(0);
    assertThat(entry.resource())
        .containsEntry("service.name", "orders")
        .containsEntry("k8s.namespace.name", "shop")
        .containsEntry("k8s.pod.name", "orders-6d4cf56db6-x7k2p")
        .containsEntry("k8s.pod.uid", "0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11")
        .containsEntry("k8s.container.name", "app")
        .containsEntry("k8s.container.restart_count", "0");
    assertThat(entry.stream()).isEqualTo("stderr");
    assertThat(entry.log().getTimeUnixNano()).isEqualTo(directory.nowUnixNanos());
    assertThat(entry.log().getSeverityNumberValue()).isEqualTo(13);
    assertThat(entry.log().getTraceId().size()).isEqualTo(16);
    assertThat(entry.log().getSpanId().size()).isEqualTo(8);
    assertThat(receiver.reads("0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11", "app")).isTrue();
    assertThat(receiver.reads("0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11", "guessed")).isTrue();
    assertThat(receiver.reads("another", "app")).isFalse();
  }

  @Test
  void tellsAgentsWhatItReads() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "{\"message\":\"order 17 was paid\"}");
    StdoutEndpoint endpoint = new StdoutEndpoint(() -> receiver);
    Map<String, List<String>> question =
        Map.of("pod", List.of("0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11"));
    assertThat(answer(endpoint, question).status().code()).isEqualTo(503);
    start();
    awaitBodies(1);
    assertThat(answer(endpoint, question).json())
        .isEqualTo("{\"on\":true,\"reads\":true,\"seen\":false}");
    Map<String, List<String>> more = new java.util.HashMap<>(question);
    more.put("container", List.of("app"));
    more.put("text", List.of("order 17 was paid"));
    assertThat(answer(endpoint, more).json())
        .isEqualTo("{\"on\":true,\"reads\":true,\"seen\":true}");
    more.put("text", List.of("order 18 was paid"));
    assertThat(answer(endpoint, more).json())
        .isEqualTo("{\"on\":true,\"reads\":true,\"seen\":false}");
    more.put("container", List.of("guessed"));
    assertThat(answer(endpoint, more).json())
        .isEqualTo("{\"on\":true,\"reads\":true,\"seen\":false}");
    more.put("pod", List.of("another"));
    assertThat(answer(endpoint, more).json())
        .isEqualTo("{\"on\":true,\"reads\":false,\"seen\":false}");
    more.put("text", List.of("short"));
    assertThat(answer(endpoint, more).status().code()).isEqualTo(400);
    assertThat(answer(new StdoutEndpoint(() -> null), question).json())
        .isEqualTo("{\"on\":false,\"reads\":false,\"seen\":false}");
    receiver.close();
    assertThat(answer(endpoint, question).status().code()).isEqualTo(503);
  }

  @Test
  void whatWasReadIsRememberedAlsoWhenThatTookADay() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    AtomicLong now = new AtomicLong(directory.nowUnixNanos());
    builder.nowUnixNanos(now::get);
    received.before = () -> now.addAndGet(TimeUnit.HOURS.toNanos(25)); // the intake had no room
    directory.line("stdout", "F", "first");
    start();
    awaitBodies(1);
    receiver.close();
    directory.line("stdout", "F", "second");
    start();
    awaitBodies(2);
    assertThat(received.bodies()).containsExactly("first", "second");
  }

  @Test
  void aLinkToWhatIsNotMountedHereIsSaid() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    Path elsewhere = root.resolve("docker").resolve("c0ffee-json.log");
    Files.createSymbolicLink(directory.current(), elsewhere);
    start();
    await().until(() -> counted.containsKey("unreadable"));
    Files.createDirectories(root.resolve("docker")); // it is mounted now
    directory.line("stdout", "F", "first");
    awaitBodies(1);
  }

  @Test
  void howFarItIsBehindIsToldAlsoWhileTheIntakeRefuses() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "first");
    received.refuse(Integer.MAX_VALUE);
    start();
    await().until(() -> metrics.behindBytes() > 0);
    long before = metrics.behindBytes();
    directory.line("stdout", "F", "second");
    await().until(() -> metrics.behindBytes() > before);
    received.refuse(0);
    awaitBodies(2);
    await().until(() -> metrics.behindBytes() == 0);
  }

  /** Told that it is not read, its agent would send what is read later. */
  @Test
  void podThatCameWhileTheIntakeRefusesIsNotToldThatItIsNotRead() throws IOException {
    new KubeletDirectory(root.resolve("pods")).line("stdout", "F", "first");
    received.refuse(Integer.MAX_VALUE);
    builder.excluded(name -> name.startsWith("hidden/"));
    start();
    await().until(() -> metrics.behindBytes() > 0);
    Files.createDirectories(root.resolve("pods/shop_late-1_uid2/app"));
    Files.createDirectories(root.resolve("pods/hidden_late-1_uid3/app"));
    StdoutEndpoint endpoint = new StdoutEndpoint(() -> receiver);
    assertThat(answer(endpoint, Map.of("pod", List.of("uid2"))).status().code()).isEqualTo(503);
    assertThat(answer(endpoint, Map.of("pod", List.of("uid3"))).json()).contains("\"reads\":false");
    received.refuse(0);
  }

  private static JsonEndpoint.Answer answer(
      StdoutEndpoint endpoint, Map<String, List<String>> question) {
    return endpoint.answer(question).toCompletableFuture().join();
  }

  @Test
  void aTextIsNotLookedForByTheThreadThatAsks() throws IOException {
    new KubeletDirectory(root.resolve("pods")).line("stdout", "F", "order 17 was paid");
    start();
    awaitBodies(1);
    Map<String, List<String>> question =
        Map.of(
            "pod", List.of("0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11"),
            "text", List.of("order 17 was paid"));
    List<Runnable> files = new ArrayList<>();
    var answer = new StdoutEndpoint(() -> receiver, files::add).answer(question);
    assertThat(answer).isNotCompleted();
    files.get(0).run();
    assertThat(answer).isCompletedWithValueMatching(it -> it.json().contains("\"seen\":true"));
  }

  @Test
  void whoAsksWhileTooManyWaitIsToldToAskAgain() throws IOException {
    new KubeletDirectory(root.resolve("pods")).line("stdout", "F", "order 17 was paid");
    start();
    awaitBodies(1);
    Map<String, List<String>> question =
        Map.of("pod", List.of("0b5c6f0e-8d3a-4c6e-9a44-4a6f6d1c2e11"));
    StdoutEndpoint endpoint =
        new StdoutEndpoint(
            () -> receiver,
            task -> {
              throw new RejectedExecutionException();
            });
    assertThat(answer(endpoint, question).status().code()).isEqualTo(200);
    Map<String, List<String>> more = new java.util.HashMap<>(question);
    more.put("text", List.of("order 17 was paid"));
    assertThat(answer(endpoint, more).status().code()).isEqualTo(503);
  }

  @Test
  void aFileThatIsDeletedBeforeAllOfItWasReadIsCounted() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.raw(lines(directory, 3_000, 1_000)); // of which a turn reads a third
    received.refuse(Integer.MAX_VALUE);
    start();
    await().until(() -> received.refusalsLeft() < Integer.MAX_VALUE);
    Files.delete(directory.current());
    received.refuse(0);
    await().untilAsserted(() -> assertThat(counted).containsEntry("deleted", 1));
    assertThat(received.bodies()).hasSizeBetween(1, 2_999).doesNotHaveDuplicates();
    directory.line("stdout", "F", "of another file");
    await().untilAsserted(() -> assertThat(received.bodies()).contains("of another file"));
    assertThat(counted).containsEntry("deleted", 1).doesNotContainKey("truncated");
  }

  @Test
  void aFileThatIsTruncatedBeforeAllOfItWasReadIsCounted() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.raw(lines(directory, 3_000, 1_000));
    received.refuse(Integer.MAX_VALUE);
    start();
    await().until(() -> received.refusalsLeft() < Integer.MAX_VALUE);
    Files.write(directory.current(), new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
    received.refuse(0);
    await().untilAsserted(() -> assertThat(counted).containsEntry("truncated", 1));
    assertThat(counted).doesNotContainKey("deleted");
  }

  @Test
  void whatWasReadMayGo() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "one");
    start();
    awaitBodies(1);
    directory.rename();
    directory.line("stdout", "F", "two");
    awaitBodies(2);
    directory.compressOldest();
    directory.line("stdout", "F", "three");
    awaitBodies(3);
    await().until(() -> Files.readString(root.resolve("state/positions")).contains("complete"));
    directory.deleteAll();
    directory.line("stdout", "F", "four");
    awaitBodies(4);
    directory.deleteAll();
    Files.delete(directory.current().getParent());
    directory = new KubeletDirectory(root.resolve("pods"), directory.nowUnixNanos());
    directory.line("stdout", "F", "five");
    awaitBodies(5);
    assertThat(counted).isEmpty();
  }

  /** Its inode and its name are those of the file before, and it is longer. */
  @Test
  void anotherFileInTheSamePlaceIsReadFromItsBeginning() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "old");
    start();
    awaitBodies(1);
    byte[] other = lines(directory, 5, 300);
    Files.write(directory.current(), other, StandardOpenOption.TRUNCATE_EXISTING);
    awaitBodies(6);
    assertThat(received.bodies()).doesNotHaveDuplicates();
    assertThat(counted).isEmpty();
  }

  private static byte[] lines(KubeletDirectory directory, int count, int length) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      text.append(directory.prefix("stdout", "F"))
          .append("x".repeat(length))
          .append(i)
          .append('\n');
    }
    return text.toString().getBytes(ISO_8859_1);
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
  void aLookThatRunsOutOfMemoryIsFollowedByOthersAndDoublesNothing() throws IOException {
    for (String pod : List.of("shop_a_1", "shop_b_2")) {
      Path directory = Files.createDirectories(root.resolve("pods").resolve(pod).resolve("app"));
      Files.writeString(directory.resolve("0.log"), "2026-11-21T10:00:00Z stdout F " + pod + "\n");
    }
    AtomicInteger asked = new AtomicInteger();
    builder.nowUnixNanos(
        () -> {
          if (asked.incrementAndGet() == 5) { // at the end of the second file
            throw new Unspeakable();
          }
          return UnixTime.nowNanos();
        });
    start();
    awaitBodies(2);
    Path last = root.resolve("pods/shop_b_2/app/0.log");
    Files.writeString(last, "2026-11-21T10:00:01Z stdout F c\n", StandardOpenOption.APPEND);
    await().until(() -> received.bodies().contains("c"));
    assertThat(received.bodies()).containsExactly("shop_a_1", "shop_b_2", "c");
    assertThat(asked.get()).isGreaterThan(5);
  }

  @Test
  void theDirectoryMayComeLater() throws IOException {
    start();
    new KubeletDirectory(root.resolve("pods")).line("stdout", "F", "late");
    awaitBodies(1);
  }

  @Test
  void asManyFilesAsTheKubeletIsToldToKeepAreReadOnce() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    for (int i = 0; i < 60; i++) {
      directory.line("stdout", "F", "line " + i);
      directory.rename();
    }
    directory.line("stdout", "F", "line 60");
    start();
    awaitBodies(61);
    directory.line("stdout", "F", "line 61"); // seen by another look
    awaitBodies(62);
    receiver.close();
    directory.line("stdout", "F", "line 62");
    start();
    awaitBodies(63);
    assertThat(received.bodies()).doesNotHaveDuplicates();
  }

  @Test
  void anIntakeThatRefusesIsAskedAgainAndNothingIsLost() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    for (int i = 0; i < 100; i++) {
      directory.line("stdout", "F", "line " + i);
    }
    received.refuse(5);
    start();
    awaitBodies(100);
    assertThat(received.refusalsLeft()).isZero();
    assertThat(received.bodies()).doesNotHaveDuplicates();
  }

  @Test
  void whatIsWrittenToARenamedFileIsNotLost() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "one");
    start();
    awaitBodies(1);
    Path written = directory.current();
    directory.rename();
    String late = directory.prefix("stdout", "F") + "two\n";
    directory.line("stdout", "F", "three");
    try (var files = Files.list(written.getParent())) {
      Path renamed =
          files.filter(each -> each.toString().contains(".log.")).findFirst().orElseThrow();
      Files.writeString(renamed, late, StandardOpenOption.APPEND);
    }
    awaitBodies(3);
    assertThat(received.bodies()).containsExactlyInAnyOrder("one", "two", "three");
  }

  @Test
  void symbolicLinksAreFollowed() throws IOException {
    Path elsewhere = Files.createDirectories(root.resolve("elsewhere"));
    KubeletDirectory directory = new KubeletDirectory(elsewhere);
    directory.line("stdout", "F", "linked");
    Path app = root.resolve("pods").resolve(KubeletDirectory.POD).resolve("app");
    Files.createDirectories(app);
    Files.createSymbolicLink(app.resolve("0.log"), directory.current());
    start();
    awaitBodies(1);
  }

  @Test
  void aLongLineIsCutAndTheNextOneIsWhole() throws IOException {
    builder.maxEventBytes(1 << 10);
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "x".repeat(300_000));
    for (int i = 0; i < 10; i++) {
      directory.line("stdout", "P", "y".repeat(1_000));
    }
    directory.line("stdout", "F", "y");
    directory.line("stdout", "F", "next");
    start();
    awaitBodies(3);
    assertThat(received.bodies()).containsExactly("x".repeat(1024), "y".repeat(1024), "next");
    assertThat(counted).containsEntry("cut", 2);
  }

  @Test
  void whatIsNotUtf8OrNotOfTheFormatStillArrives() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.raw(("2026-11-21T10:00:00Z stdout F gr\u00fcn\nno format\n").getBytes(ISO_8859_1));
    start();
    awaitBodies(2);
    assertThat(received.bodies()).containsExactly("gr\ufffdn", "no format");
    assertThat(counted).containsEntry("not_cri", 1);
  }

  @Test
  void excludedContainersAndTheOwnPodAreNotRead() throws IOException {
    builder.excluded(name -> name.equals("kube-system/dns/dns")).ownPod("orders-6d4cf56db6-x7k2p");
    new KubeletDirectory(root.resolve("pods")).line("stdout", "F", "own");
    for (String pod : List.of("kube-system_dns_1", "shop_web_2")) {
      Path directory = Files.createDirectories(root.resolve("pods").resolve(pod).resolve("dns"));
      Files.writeString(directory.resolve("0.log"), "2026-11-21T10:00:00Z stdout F " + pod + "\n");
    }
    start();
    awaitBodies(1);
    assertThat(received.bodies()).containsExactly("shop_web_2");
    assertThat(receiver.reads("1", "dns")).isFalse();
  }

  @Test
  void twoCollectorsOnOneDataDirectoryReadOneAfterTheOther() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "one");
    start();
    awaitBodies(1);
    ContainerLogReceiver first = receiver;
    start();
    directory.line("stdout", "F", "two");
    awaitBodies(2);
    first.close();
    directory.line("stdout", "F", "three");
    awaitBodies(3);
    assertThat(received.bodies()).containsExactly("one", "two", "three");
  }

  @Test
  void damagedPositionsAreSetAsideAndEverythingComesAgain() throws IOException {
    KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    directory.line("stdout", "F", "one");
    start();
    awaitBodies(1);
    receiver.close();
    Path positions = root.resolve("state/positions");
    Files.writeString(positions, Files.readString(positions).replace("open", "opem"));
    start();
    awaitBodies(2);
    assertThat(root.resolve("state/positions.damaged")).exists();
  }

  private void awaitBodies(int count) {
    await().untilAsserted(() -> assertThat(received.bodies()).hasSize(count));
  }
}
