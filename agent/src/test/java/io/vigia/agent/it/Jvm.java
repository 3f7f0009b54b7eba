package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** A program in a JVM of its own, with the agent unless told otherwise. Closing kills it. */
final class Jvm implements AutoCloseable {

  static final Path AGENT = Path.of("target/vigia-agent.jar").toAbsolutePath();

  /** Each program has its own below it, so that tests do not hand over each other's data. */
  private static final Path UNUSED_SPILL = Path.of("target/no-spill").toAbsolutePath();

  private final Process process;
  private final Path output;
  private final Path errors;
  private volatile long endEpochMillis;

  private Jvm(Process process, Path output, Path errors) {
    this.process = process;
    this.output = output;
    this.errors = errors;
    process.onExit().thenRun(() -> endEpochMillis = System.currentTimeMillis());
  }

  static Builder of(Class<?> program, String... libraries) {
    return new Builder(program, libraries);
  }

  /** A program given by options, {@code -p … -m …}, under the agent. */
  static Builder launching(List<String> launch) {
    Builder builder = new Builder(Jvm.class);
    builder.launch = launch;
    return builder;
  }

  /**
   * A program that is started by a script.
   *
   * @param optionsVariable the environment variable from which it takes options of the JVM
   */
  static Builder script(String optionsVariable, List<String> command) {
    Builder builder = launching(command);
    builder.optionsVariable = optionsVariable;
    return builder;
  }

  /** {@code java -jar vigia-agent.jar <command>}. */
  static Builder agentItself(String command) {
    Builder builder = new Builder(Jvm.class).withoutAgent();
    builder.launch = List.of("-jar", AGENT.toString(), command);
    return builder;
  }

  /** Everything on stdout and stderr so far, in this order. */
  String output() {
    return read(output) + read(errors);
  }

  /** Lines of stdout alone. */
  List<String> stdout() {
    return read(output).lines().toList();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What follows {@code word} on the line that begins with it; waits for that line. */
  String await(String word) {
    return await(word, Duration.ofMinutes(1));
  }

  String await(String word, Duration atMost) {
    Awaitility.await()
        .atMost(atMost)
        .until(
            () ->
                !process.isAlive()
                    || output().lines().anyMatch(line -> line.startsWith(word + " ")));
    return output()
        .lines()
        .filter(line -> line.startsWith(word + " "))
        .findFirst()
        .map(line -> line.substring(word.length() + 1))
        .orElseThrow(() -> new AssertionError(output()));
  }

  /** Lets a program end that was started with {@code told}. */
  void tell() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until {@code arrived} is true or the program has ended, a minute at most. */
  void awaitUnlessEnded(BooleanSupplier arrived) {
    try {
      Awaitility.await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> !process.isAlive() || arrived.getAsBoolean());
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(output(), e);
    }
  }

  /** Lets a program end that was started with {@code told}; it must end well. */
  void endWell() throws Exception {
    tell();
    assertThat(exitCode(Duration.ofSeconds(60))).as(output()).isZero();
  }

  /** Waits for the end and gives the exit code. */
  int exitCode(Duration atMost) throws InterruptedException {
    if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("still running after " + atMost + ":\n" + output());
    }
    process.onExit().join();
    return process.exitValue();
  }

  /** When the process ended. */
  long endEpochMillis() {
    return endEpochMillis;
  }

  /** The jars of the tests whose file names begin with one of the names. */
  static String classPath(String... libraries) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry ->
                Arrays.stream(libraries).anyMatch(Path.of(entry).toFile().getName()::startsWith))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The jar that ours is made from. */
  static Path upstreamAgent() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.contains("opentelemetry-javaagent-2"))
        .map(Path::of)
        .findFirst()
        .orElseThrow();
  }

  Process process() {
    return process;
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Command line and environment of a program. */
  static final class Builder {
    private final Class<?> program;
    private final List<String> options = new ArrayList<>();
    private final List<String> arguments = new ArrayList<>();
    private final Map<String, String> environment = new HashMap<>();
    private final String classPath;
    private List<String> launch = List.of();
    private List<String> under = List.of();
    private @Nullable String optionsVariable;
    private Path agent = AGENT;
    private boolean withAgent = true;
    private Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    private Path spill = UNUSED_SPILL.resolve(UUID.randomUUID().toString());

    private Builder(Class<?> program, String... libraries) {
      this.program = program;
      this.classPath =
          Path.of("target/test-classes").toAbsolutePath()
              + File.pathSeparator
              + Jvm.classPath(libraries);
    }

    Builder sendingTo(Receiver receiver) {
      return by(receiver.way)
          .environment("VIGIA_COLLECTOR", "127.0.0.1:" + receiver.otlpPort())
          .environment("VIGIA_FORWARD", "127.0.0.1:" + receiver.forwardPort());
    }

    /** By gRPC also log records leave by OTLP. */
    Builder by(Way way) {
      return way == Way.HTTP
          ? this
          : environment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
              .environment("VIGIA_LOGS", "otlp")
              // asked by HTTP, of which the server would complain
              .environment("VIGIA_METRICS_FORM_MILLIS", "0");
    }

    Builder spillingTo(Path directory) {
      spill = directory;
      return this;
    }

    /** Another JVM than this one's. */
    Builder java(Path executable) {
      java = executable;
      return this;
    }

    /** A command that runs the command line that follows it. */
    Builder under(List<String> command) {
      under = command;
      return this;
    }

    Builder withoutAgent() {
      withAgent = false;
      return this;
    }

    Builder agent(Path jar) {
      agent = jar;
      return this;
    }

    Builder option(String option) {
      options.add(option);
      return this;
    }

    Builder options(String... more) {
      options.addAll(List.of(more));
      return this;
    }

    Builder arguments(String... more) {
      arguments.addAll(List.of(more));
      return this;
    }

    Builder argument(String argument) {
      arguments.add(argument);
      return this;
    }

    Builder environment(String name, String value) {
      environment.put(name, value);
      return this;
    }

    Jvm start() throws IOException {
      Files.createDirectories(UNUSED_SPILL);
      List<String> jvmOptions =
          new ArrayList<>(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
      jvmOptions.addAll(options);
      if (withAgent) {
        jvmOptions.add("-javaagent:" + agent);
      }
      List<String> command = new ArrayList<>(under);
      if (optionsVariable == null) {
        command.add(java.toString());
        command.addAll(jvmOptions);
      } else {
        environment.put(optionsVariable, String.join(" ", jvmOptions));
      }
      command.addAll(launch.isEmpty() ? List.of("-cp", classPath, program.getName()) : launch);
      command.addAll(arguments);
      Path output = Files.createTempFile("vigia-it", ".out");
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().keySet().removeIf(name -> name.matches("(OTEL|VIGIA|JAVA_TOOL).*"));
      builder.environment().put("VIGIA_SPILL_DIR", spill.toString());
      builder.environment().putAll(environment);
      Path errors = Files.createTempFile("vigia-it", ".err");
      builder.redirectOutput(output.toFile()).redirectError(errors.toFile());
      return new Jvm(builder.start(), output, errors);
    }
  }
}
