package io.vigia.tests.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A real process that never outlives this JVM. Its output (both streams) goes to a file.
 *
 * <p>It leads a process group of its own: {@link #kill}, {@link #pause} and {@link #close} reach
 * its descendants too; {@link #terminate} speaks to the process alone, as a service manager does.
 */
public final class ChildProcess implements AutoCloseable {
  private static final long POLL_MILLIS = 25;
  private static final Duration STOP_LIMIT = Duration.ofSeconds(20);
  private static final Duration DUMP_LIMIT = Duration.ofSeconds(10);
  private static final long DUMP_PAUSE_MILLIS = 500;
  private static final int MAX_DUMP_CHARS = 60_000;

  private final String name;
  private final Process process;
  private final Path output;
  private final Thread hook;

  private ChildProcess(String name, Process process, Path output) {
    this.name = name;
    this.process = process;
    this.output = output;
    Watchdog.get().watch(process.pid());
    hook = new Thread(() -> Session.signal("KILL", process.pid()), "kill-" + name);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  public static Builder command(String... command) {
    return new Builder(List.of(command));
  }

  public static Builder command(List<String> command) {
    return new Builder(command);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has written so far. */
  public String output() {
    try {
      return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it reads. */
  public java.io.OutputStream stdin() {
    return process.getOutputStream();
  }

  /**
   * Waits until {@code ready} is true.
   *
   * @throws IllegalStateException with the end of its output when it exits before or takes longer;
   *     then, of a JVM (or a Go program, which it ends), also with what its threads are doing
   */
  public void awaitReady(BooleanSupplier ready, Duration limit) {
    awaitReady(ready, limit, POLL_MILLIS);
  }

  /** The same, asking every so many milliseconds. */
  public void awaitReady(BooleanSupplier ready, Duration limit, long pollMillis) {
    long end = System.nanoTime() + limit.toNanos();
    while (!ready.getAsBoolean()) {
      if (!process.isAlive()) {
        throw new IllegalStateException(
            name + " exited with " + process.exitValue() + "\n" + tail());
      }
      if (System.nanoTime() > end) {
        throw new IllegalStateException(
            name + " is not ready after " + limit.toSeconds() + " s\n" + tail() + threads());
      }
      sleep(pollMillis);
    }
  }

  /** Waits until it has written {@code text}. */
  public void awaitOutput(String text, Duration limit) {
    awaitReady(() -> output().contains(text), limit);
  }

  /**
   * Waits for its end.
   *
   * @return the exit code
   * @throws IllegalStateException when it takes longer, as {@link #awaitReady}
   */
  public int awaitExit(Duration limit) {
    try {
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            name + " still runs after " + limit.toSeconds() + " s\n" + tail() + threads());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + name, e);
    }
    return process.exitValue();
  }

  /** SIGTERM, then waits. Returns the exit code; killed if it takes longer. */
  public int terminate(Duration limit) {
    process.destroy();
    try {
      return awaitExit(limit);
    } finally {
      close();
    }
  }

  /** SIGHUP to all of it. */
  public void hangUp() {
    Session.signal("HUP", process.pid());
  }

  /** SIGTERM only. */
  public void requestStop() {
    process.destroy();
  }

  /** SIGINT to all of it, as Ctrl-C in a terminal. */
  public void interrupt() {
    Session.signal("INT", process.pid());
  }

  /** All its descendants that live now. */
  public List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** SIGKILL to all of it; returns when it is gone. */
  public void kill() {
    Session.signal("KILL", process.pid());
    awaitExit(Duration.ofSeconds(20));
  }

  /**
   * SIGSTOP to all of it: connections stay open, nothing answers from when this returns. {@code
   * kill} returns before: the threads of a process stop when one of them gets to run.
   */
  public void pause() {
    Session.signal("STOP", process.pid());
    awaitReady(() -> Session.isStopped(process.toHandle()), STOP_LIMIT, 1);
  }

  public void resume() {
    Session.signal("CONT", process.pid());
  }

  /** Kills what still runs. Idempotent. */
  @Override
  public void close() {
    Session.signal("KILL", process.pid());
    try {
      awaitExit(Duration.ofSeconds(20));
      Watchdog.get().forget(process.pid());
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // the JVM is going down, or the process hangs in the kernel: the watchdog has it
    }
  }

  /** The end of its output, for messages. */
  public String tail() {
    String all = output();
    return "--- " + output + "\n" + all.substring(Math.max(0, all.length() - 4000));
  }

  /** What it writes when asked what its threads do: for a hang that may not come again. */
  private String threads() {
    int before = output().length();
    Session.signal("QUIT", process.pid());
    String said = "";
    long end = System.nanoTime() + DUMP_LIMIT.toNanos();
    while (System.nanoTime() < end) {
      sleep(DUMP_PAUSE_MILLIS);
      String now = output().substring(before);
      if (!now.isEmpty() && now.length() == said.length()) {
        break;
      }
      said = now;
    }
    return said.substring(0, Math.min(said.length(), MAX_DUMP_CHARS));
  }

  private static void sleep(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** How to start it. */
  public static final class Builder {
    private final List<String> command;
    private final Map<String, String> environment = new HashMap<>();
    private String name;
    private @Nullable Path folder;
    private @Nullable Path output;

    private Builder(List<String> command) {
      this.command = new ArrayList<>(command);
      Path file = Path.of(command.get(0)).getFileName();
      this.name = file == null ? command.get(0) : file.toString();
    }

    /** In messages and in the name of the output file. */
    public Builder name(String name) {
      this.name = name;
      return this;
    }

    /** Its working directory. */
    public Builder in(Path folder) {
      this.folder = folder;
      return this;
    }

    public Builder environment(String key, String value) {
      environment.put(key, value);
      return this;
    }

    /** Where its output goes; by default a temporary file that goes with us. */
    public Builder output(Path output) {
      this.output = output;
      return this;
    }

    public ChildProcess start() {
      try {
        Path file = output != null ? output : Folders.temporary("output").resolve(name + ".log");
        ProcessBuilder builder =
            new ProcessBuilder(Session.detached(command))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file.toFile()));
        if (folder != null) {
          builder.directory(folder.toFile());
        }
        builder.environment().putAll(environment);
        return new ChildProcess(name, builder.start(), file);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot start " + String.join(" ", command), e);
      }
    }
  }
}
