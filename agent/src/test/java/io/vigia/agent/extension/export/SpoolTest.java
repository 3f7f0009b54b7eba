package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

  @TempDir Path directory;

  @Test
  void payloadsComeBackInOrderPerStream() throws Exception {
    Spool spool = spool("1-a");
    add(spool, "traces", "t1");
    add(spool, "metrics", "m1");
    add(spool, "traces", "t2");
    assertThat(drain(spool, "traces")).containsExactly("t1", "t2");
    assertThat(drain(spool, "metrics")).containsExactly("m1");
    assertThat(spool.isEmpty()).isTrue();
  }

  @Test
  void directoryIsMadeWithThoseAboveIt() throws Exception {
    Path deep = directory.resolve("var/lib/spill");
    Spool spool = new Spool(new SpoolDirectory(deep, "1-a"), 1 << 20);
    add(spool, "traces", "t1");
    assertThat(filesBelow(deep))
        .extracting(Path::getFileName)
        .contains(Path.of("traces-0000000001"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(deep)))
        .isEqualTo("rwx------");
  }

  /** {@code Files.createDirectories} takes no link for a directory before JDK 20. */
  @Test
  void directoryMayBeBelowALink() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    Spool spool = new Spool(new SpoolDirectory(link.resolve("spill"), "1-a"), 1 << 20);
    add(spool, "traces", "t1");
    assertThat(filesBelow(directory.resolve("spill"))).hasSize(2);
  }

  @Test
  void nextProcessTakesOverWhatIsLeftOldestFirst() throws Exception {
    Spool dead = spool("1-a");
    add(dead, "traces", "t1");
    add(dead, "traces", "t2");
    dead.close();
    Spool later = spool("2-b");
    add(later, "traces", "t3");
    later.close();
    Spool next = spool("3-c");
    assertThat(next.adopt()).isEqualTo(3);
    assertThat(drain(next, "traces")).containsExactly("t1", "t2", "t3");
    next.close();
    assertThat(filesBelow(directory.resolve("spill"))).isEmpty();
  }

  @Test
  void directoriesAreTakenOverByStartTimeWhateverTheirRandomPart() throws Exception {
    for (String instance : List.of("10-a", "9-f", "100-0")) {
      Spool dead = spool(instance);
      add(dead, "traces", instance);
      dead.close();
    }
    Spool next = spool("200-c");
    next.adopt();
    assertThat(drain(next, "traces")).containsExactly("9-f", "10-a", "100-0");
  }

  @Test
  void agentsThatStartAtOnceNeverBothTakeOverTheSamePayload() throws Exception {
    int payloads = 200;
    for (int i = 0; i < payloads; i++) {
      Spool dead = spool(i + "-dead");
      add(dead, "traces", "t" + i);
      dead.close();
    }
    Path go = directory.resolve("go");
    List<Process> agents = new ArrayList<>();
    List<String> adopted = new ArrayList<>();
    try {
      for (int i = 0; i < 3; i++) {
        agents.add(
            new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    System.getProperty("java.class.path"),
                    SpoolAdopter.class.getName(),
                    directory.resolve("spill").toString(),
                    "1000-" + i,
                    go.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
      }
      for (Process agent : agents) { // each says that it is about to adopt
        assertThat(agent.getInputStream().read()).isEqualTo('.');
      }
      Files.createFile(go);
      for (Process agent : agents) {
        adopted.addAll(
            List.of(
                new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .trim()
                    .split(" ")));
      }
    } finally {
      agents.forEach(Process::destroyForcibly);
    }
    assertThat(adopted)
        .filteredOn(text -> !text.isEmpty())
        .hasSize(payloads)
        .doesNotHaveDuplicates();
  }

  /** They would take the room of what is sent, and nobody would deliver them. */
  @Test
  void streamsThatAreNotSentFromHereStayWhereTheyAre() throws Exception {
    Spool dead = spool("1-a");
    add(dead, "forward", "f1");
    add(dead, "traces", "t1");
    dead.close();
    Spool next = spool("2-b");
    assertThat(next.adopt(stream -> stream.equals("traces"), () -> true)).isEqualTo(1);
    assertThat(drain(next, "traces")).containsExactly("t1");
    assertThat(next.isEmpty()).isTrue();
    Spool later = spool("3-c");
    assertThat(later.adopt()).isEqualTo(1);
    assertThat(drain(later, "forward")).containsExactly("f1");
  }

  @Test
  void payloadsAreKeptWhileOthersAreTakenOver() throws Exception {
    Spool dead = spool("1-a");
    add(dead, "traces", "t1");
    add(dead, "traces", "t2");
    dead.close();
    Spool next = spool("2-b");
    int adopted =
        next.adopt(
            stream -> true,
            () -> {
              CompletableFuture.runAsync(() -> add(next, "metrics", "m"))
                  .orTimeout(1, TimeUnit.MINUTES)
                  .join();
              return true;
            });
    assertThat(adopted).isEqualTo(2);
    assertThat(drain(next, "metrics")).containsExactly("m", "m");
    assertThat(drain(next, "traces")).containsExactly("t1", "t2");
  }

  @Test
  void whatIsNotTakenOverBeforeTheExitIsLeftToTheNextProcess() throws Exception {
    Spool dead = spool("1-a");
    add(dead, "traces", "t1");
    add(dead, "traces", "t2");
    dead.close();
    Spool next = spool("2-b");
    AtomicInteger asked = new AtomicInteger();
    assertThat(next.adopt(stream -> true, () -> asked.incrementAndGet() == 1)).isEqualTo(1);
    assertThat(drain(next, "traces")).containsExactly("t1");
    Spool later = spool("3-c");
    later.adopt();
    assertThat(drain(later, "traces")).containsExactly("t2");
  }

  @Test
  void livingProcessIsLeftAlone() throws Exception {
    Spool living = spool("1-a");
    add(living, "traces", "t1");
    assertThat(spool("2-b").adopt()).isZero();
    assertThat(drain(living, "traces")).containsExactly("t1");
  }

  @Test
  void halfWrittenFileOfAKilledProcessIsNotHandedOver() throws Exception {
    Spool dead = spool("1-a");
    add(dead, "traces", "t1");
    dead.close();
    Files.writeString(directory.resolve("spill/1-a/traces-0000000009.part"), "t");
    Spool next = spool("2-b");
    next.adopt();
    assertThat(drain(next, "traces")).containsExactly("t1");
  }

  @Test
  void sizeIsLimitedOnDiskThenInMemory() {
    Spool spool = new Spool(new SpoolDirectory(directory.resolve("spill"), "1-a"), 16);
    assertThat(spool.add("traces", new byte[12])).isTrue();
    assertThat(spool.add("traces", new byte[3 << 20])).isTrue();
    assertThat(spool.add("traces", new byte[1])).isFalse();
    spool.remove(java.util.Objects.requireNonNull(spool.oldest("traces")));
    assertThat(spool.add("traces", new byte[1])).isTrue();
  }

  /** Nobody listens where log events are sent, for weeks; then spans have to wait for a minute. */
  @Test
  void streamThatIsNeverTakenLeavesRoomForTheOthers() {
    Spool spool = new Spool(new SpoolDirectory(directory.resolve("spill"), "1-a"), 1 << 20);
    while (spool.add("forward", new byte[1 << 16])) {
      assertThat(spool.isEmpty()).isFalse();
    }
    assertThat(spool.add("traces", new byte[1 << 18])).isTrue();
    assertThat(directory.resolve("spill/1-a"))
        .isDirectoryContaining(file -> file.getFileName().toString().startsWith("traces-"));
    assertThat(spool.add("metrics", new byte[1 << 20])).as("in memory").isTrue();
    assertThat(spool.add("metrics", new byte[1])).isFalse();
  }

  @Test
  void nobodyElseCanReadWhatIsKept() throws Exception {
    add(spool("1-a"), "traces", "t1");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(directory.resolve("spill"))))
        .isEqualTo("rwx------");
  }

  @Test
  void directoryThatOthersCanReadIsNotUsed() throws Exception {
    Files.createDirectory(
        directory.resolve("spill"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    Spool spool = spool("1-a");
    add(spool, "traces", "t1");
    assertThat(filesBelow(directory.resolve("spill"))).isEmpty();
    assertThat(drain(spool, "traces")).containsExactly("t1");
  }

  /** As a volume of Kubernetes is (emptyDir); all that waits would be lost without a word. */
  @Test
  void directoryThatCannotBeUsedIsSaidOnce() throws Exception {
    Files.setPosixFilePermissions(
        Files.createDirectory(directory.resolve("spill")),
        PosixFilePermissions.fromString("rwxrwxrwx"));
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(lines, true));
    try {
      Spool spool = spool("1-a");
      add(spool, "traces", "t1");
      add(spool, "traces", "t2");
    } finally {
      System.setErr(before);
    }
    assertThat(lines.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("cannot be written to disk")
        .contains(directory.resolve("spill") + " is open to other users");
  }

  @Test
  void linkInPlaceOfTheDirectoryIsNotFollowed() throws Exception {
    Path target = Files.createDirectory(directory.resolve("elsewhere"));
    Files.createSymbolicLink(directory.resolve("spill"), target);
    add(spool("1-a"), "traces", "t1");
    assertThat(filesBelow(target)).isEmpty();
  }

  @Test
  void directoryThatIsAnotherUsersIsNotUsedEvenIfOneMay() throws Exception {
    Path spill =
        Files.createDirectory(
            directory.resolve("spill"),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      Files.setOwner(
          spill,
          spill.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
    } catch (FileSystemException e) {
      assumeTrue(false, "only root may give a directory away: " + e);
    }
    Spool spool = spool("1-a");
    add(spool, "traces", "t1");
    assertThat(filesBelow(spill)).isEmpty();
    assertThat(drain(spool, "traces")).containsExactly("t1");
  }

  /** As systemd-tmpfiles(8) does below /tmp with what is ten days old. */
  @Test
  void directoryThatWasCleanedUpIsMadeAgain() throws Exception {
    Spool spool = spool("1-a");
    add(spool, "traces", "t1");
    drain(spool, "traces");
    Files.delete(directory.resolve("spill/1-a/lock"));
    Files.delete(directory.resolve("spill/1-a"));
    add(spool, "traces", "t2");
    assertThat(filesBelow(directory.resolve("spill"))).hasSize(2);
    assertThat(spool("2-b").adopt()).as("while the first lives").isZero();
    spool.close();
    Spool next = spool("3-c");
    next.adopt();
    assertThat(drain(next, "traces")).containsExactly("t2");
  }

  @Test
  void lockThatWasCleanedUpIsTakenAgain() throws Exception {
    Spool spool = spool("1-a");
    add(spool, "traces", "t1");
    Files.delete(directory.resolve("spill/1-a/lock"));
    add(spool, "traces", "t2");
    spool.close();
    Spool next = spool("2-b");
    next.adopt();
    assertThat(drain(next, "traces")).containsExactly("t1", "t2");
  }

  @Test
  void namesOfFilesAreTheSameInEveryLanguage() throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      add(spool("1-a"), "traces", "t1");
    } finally {
      Locale.setDefault(before);
    }
    assertThat(directory.resolve("spill/1-a/traces-0000000001")).exists();
  }

  private Spool spool(String instance) {
    return new Spool(new SpoolDirectory(directory.resolve("spill"), instance), 1 << 20);
  }

  private static void add(Spool spool, String stream, String text) {
    assertThat(spool.add(stream, text.getBytes(StandardCharsets.UTF_8))).isTrue();
  }

  private static List<String> drain(Spool spool, String stream) throws IOException {
    List<String> texts = new ArrayList<>();
    for (Spool.Item item = spool.oldest(stream); item != null; item = spool.oldest(stream)) {
      texts.add(new String(item.read(), StandardCharsets.UTF_8));
      spool.remove(item);
    }
    return texts;
  }

  private static List<Path> filesBelow(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }
}
