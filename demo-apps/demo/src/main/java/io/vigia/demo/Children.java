package io.vigia.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Starts processes and stops them all, the last started first. {@link #close} may be called by the
 * shutdown hook while another thread starts one: nothing is started afterwards. Thread-safe.
 */
final class Children implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);

  /** Set in a shell for other services, these would lead ours elsewhere. */
  private static final Pattern SETTING =
      Pattern.compile(
          "(VIGIA|OTEL|SPRING|SERVER|MANAGEMENT|LOGGING|CLASSIFIER|REDIS)_.*",
          Pattern.CASE_INSENSITIVE);

  private final Path directory;
  private final Watchdog watchdog;
  private final Leftovers leftovers;
  private final List<Child> running = new ArrayList<>();
  private boolean closed;

  /**
   * @param directory for the logs and the list of children
   */
  Children(Path directory, Watchdog watchdog, Leftovers leftovers) {
    this.directory = directory;
    this.watchdog = watchdog;
    this.leftovers = leftovers;
  }

  synchronized Child start(String name, List<String> command, Map<String, String> environment)
      throws IOException, DemoException {
    if (closed) {
      throw new DemoException("the demo is being stopped");
    }
    Path log = Files.createDirectories(directory.resolve("logs")).resolve(name + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(Watchdog.detached(command)).directory(directory.toFile());
    forgetSettings(builder.environment());
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true).redirectOutput(log.toFile());
    Process process = builder.start();
    process.getOutputStream().close();
    Child child = new Child(name, process, log);
    running.add(child);
    watchdog.watch(process.pid());
    leftovers.add(process.toHandle(), name);
    return child;
  }

  /** Takes out what may have been set for other services: the demo is the same in every shell. */
  static void forgetSettings(Map<String, String> environment) {
    environment.keySet().removeIf(name -> SETTING.matcher(name).matches());
    environment.computeIfPresent(
        "JAVA_TOOL_OPTIONS", (name, options) -> options.contains("-javaagent:") ? null : options);
  }

  /** One that has ended though nobody stopped it. */
  synchronized Optional<Child> dead() {
    return closed
        ? Optional.empty()
        : running.stream().filter(child -> !child.isAlive()).findFirst();
  }

  synchronized List<Child> all() {
    return List.copyOf(running);
  }

  synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (int i = running.size() - 1; i >= 0; i--) {
      running.get(i).stop(GRACE);
    }
    watchdog.close();
    try {
      leftovers.clear();
    } catch (IOException e) {
      // the next start looks at them and finds them gone
    }
  }
}
