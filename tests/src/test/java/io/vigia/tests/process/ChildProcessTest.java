package io.vigia.tests.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ChildProcessTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @Test
  void childrenAndTheirChildrenDieWithAKilledJvm() {
    try (ChildProcess jvm = java(Parent.class)) {
      jvm.awaitOutput("ready", LIMIT);
      String[] words = jvm.output().strip().split(" ");
      long child = Long.parseLong(words[1]);
      Path folder = Path.of(words[2]);
      long grandchild =
          ProcessHandle.of(child).orElseThrow().children().findFirst().orElseThrow().pid();
      assertThat(folder).exists();

      ProcessHandle.of(jvm.pid()).orElseThrow().destroyForcibly();

      await().atMost(LIMIT).until(() -> gone(child) && gone(grandchild) && !Files.exists(folder));
    }
  }

  @Test
  void outputAndExitCodeAreKept() {
    try (ChildProcess child =
        ChildProcess.command("sh", "-c", "echo out; echo err >&2; exit 3").start()) {
      assertThat(child.awaitExit(LIMIT)).isEqualTo(3);
      assertThat(child.output()).isEqualTo("out\nerr\n");
    }
  }

  @Test
  void exitBeforeReadyIsToldWithItsOutput() {
    try (ChildProcess child = ChildProcess.command("sh", "-c", "echo no port; exit 2").start()) {
      assertThatThrownBy(() -> child.awaitReady(() -> false, LIMIT))
          .hasMessageContaining("exited with 2")
          .hasMessageContaining("no port");
    }
  }

  @Test
  void jvmThatIsNotReadyInTimeSaysWhatItsThreadsDo() {
    try (ChildProcess busy = java(Busy.class)) {
      busy.awaitOutput("ready", LIMIT);
      assertThatThrownBy(() -> busy.awaitReady(() -> false, Duration.ofMillis(1)))
          .hasMessageContaining("not ready after 0 s")
          .hasMessageContaining("Busy.work(");
    }
  }

  @Test
  void pausedProcessDoesNothingUntilResumed() {
    try (ChildProcess child = ChildProcess.command("sh", "-c", "read x; echo got $x").start()) {
      child.pause();
      assertThat(child.isAlive()).isTrue();
      try (java.io.OutputStream stdin = child.stdin()) {
        stdin.write("line\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      assertThat(child.output()).isEmpty();
      child.resume();
      assertThat(child.awaitExit(LIMIT)).isZero();
      assertThat(child.output()).isEqualTo("got line\n");
    }
  }

  /** {@code kill} alone comes back while many of them still run. */
  @Test
  void noThreadOfAPausedProcessRunsOn() {
    try (ChildProcess busy = java(Busy.class)) {
      busy.awaitOutput("ready", LIMIT);
      for (int i = 0; i < 10; i++) {
        busy.pause();
        assertThat(Session.isStopped(ProcessHandle.of(busy.pid()).orElseThrow())).isTrue();
        busy.resume();
      }
    }
  }

  private static ChildProcess java(Class<?> main) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return ChildProcess.command(java, "-cp", System.getProperty("java.class.path"), main.getName())
        .start();
  }

  private static boolean gone(long pid) {
    return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** More threads than there are processors, all of them at work. */
  static final class Busy {
    private Busy() {}

    public static void main(String[] args) {
      for (int i = 0; i < 4 * Runtime.getRuntime().availableProcessors(); i++) {
        new Thread(Busy::work).start();
      }
      System.out.println("ready");
    }

    private static void work() {
      while (true) {
        Thread.onSpinWait();
      }
    }
  }

  /** Starts a child with a child, and waits to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws InterruptedException {
      Path folder = Folders.temporary("watched");
      ChildProcess child =
          ChildProcess.command("sh", "-c", "sleep 300 & echo started; wait").start();
      child.awaitOutput("started", LIMIT);
      System.out.println("ready " + child.pid() + " " + folder);
      Thread.sleep(300_000);
    }
  }
}
