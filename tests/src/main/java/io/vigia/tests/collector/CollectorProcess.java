package io.vigia.tests.collector;

import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The collector as people run it: {@code java -jar vigia-collector.jar run --config FILE}, on free
 * ports and a data directory of its own. Can be killed and started again on the same data. Not
 * thread-safe.
 */
public final class CollectorProcess implements AutoCloseable {
  private final Path folder = Folders.temporary("collector");
  private final int otlpGrpcPort = Ports.free();
  private final int otlpHttpPort = Ports.free();
  private final int forwardPort = Ports.free();
  private final int webPort = Ports.free();
  private final List<String> destinations;
  private final List<String> receivers;
  private final List<String> jvmOptions;
  private final boolean assertions;
  private final Path data;
  private final String moreYaml;
  private final String otlpMore;
  private final int openFiles;
  private int starts;
  private @Nullable ChildProcess process;

  private CollectorProcess(Builder builder) {
    destinations = List.copyOf(builder.destinations);
    receivers = List.copyOf(builder.receivers);
    jvmOptions = List.copyOf(builder.jvmOptions);
    assertions = builder.assertions;
    data = builder.data == null ? folder.resolve("data") : builder.data;
    moreYaml = builder.moreYaml;
    otlpMore = builder.otlpMore;
    openFiles = builder.openFiles;
  }

  /** What Maven built. */
  public static Path jar() {
    return Folders.projectRoot().resolve("collector/target/vigia-collector.jar");
  }

  public static Builder builder() {
    return new Builder();
  }

  public int otlpGrpcPort() {
    return otlpGrpcPort;
  }

  public String otlpHttpUrl() {
    return "http://127.0.0.1:" + otlpHttpPort;
  }

  public int forwardPort() {
    return forwardPort;
  }

  public int webPort() {
    return webPort;
  }

  /** Page, query API, health and the collector's own metrics. */
  public String webUrl() {
    return "http://127.0.0.1:" + webPort;
  }

  /** Disk log, cursors, store. */
  public Path data() {
    return data;
  }

  /** What it is started with; written at each start. */
  public Path configFile() {
    return folder.resolve("vigia.yml");
  }

  /** SIGHUP. */
  public void hangUp() {
    process().hangUp();
  }

  public ChildProcess process() {
    ChildProcess current = process;
    if (current == null) {
      throw new IllegalStateException("never started");
    }
    return current;
  }

  /** Returns when {@code /readyz} answers 200. */
  public CollectorProcess start() {
    return start(Duration.ofSeconds(60));
  }

  public CollectorProcess start(Duration limit) {
    ChildProcess started = launch();
    started.awaitReady(() -> Http.answersWith(webUrl() + "/readyz", 200), limit);
    return this;
  }

  /** Starts the process and returns at once. */
  public ChildProcess launch() {
    if (process != null) {
      process.close();
    }
    ChildProcess launched =
        ChildProcess.command(command())
            .name("collector")
            .in(folder)
            .output(folder.resolve("collector-" + ++starts + ".log"))
            .start();
    process = launched;
    return launched;
  }

  /** SIGKILL; returns when it is gone. */
  public void kill() {
    process().kill();
  }

  /** SIGTERM; returns the exit code. */
  public int terminate(Duration limit) {
    return process().terminate(limit);
  }

  /** Its own metrics, read now. */
  public Exposition metrics() {
    return Exposition.read(webUrl() + "/metrics");
  }

  @Override
  public void close() {
    if (process != null) {
      process.close();
    }
    Folders.delete(folder);
  }

  private List<String> command() {
    if (!Files.exists(jar())) {
      throw new IllegalStateException(jar() + " is missing: run ./mvnw package");
    }
    Path config = configFile();
    try {
      Files.writeString(config, yaml());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<String> command = new ArrayList<>();
    if (openFiles > 0) {
      command.addAll(List.of("/bin/sh", "-c", "ulimit -n " + openFiles + "; exec \"$@\"", "sh"));
    }
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(jvmOptions);
    if (assertions) {
      command.add("-ea:io.vigia...");
    }
    command.addAll(List.of("-jar", jar().toString(), "run", "--config", config.toString()));
    return command;
  }

  private String yaml() {
    return """
    data: %s
    receivers:
      otlp: {grpc: "127.0.0.1:%d", http: "127.0.0.1:%d"%s}
      forward: {listen: "127.0.0.1:%d"}
      %s
    web: {listen: "127.0.0.1:%d"}
    destinations:
      %s
    %s
    """
        .formatted(
            data(),
            otlpGrpcPort,
            otlpHttpPort,
            otlpMore,
            forwardPort,
            String.join("\n  ", receivers),
            webPort,
            String.join("\n  ", destinations),
            moreYaml);
  }

  /** What it is to do. */
  public static final class Builder {
    private final List<String> destinations = new ArrayList<>();
    private final List<String> receivers = new ArrayList<>();
    private final List<String> jvmOptions = new ArrayList<>();
    private boolean assertions = true;
    private @Nullable Path data;
    private String moreYaml = "";
    private String otlpMore = "";
    private int openFiles;

    private Builder() {}

    /** One line under {@code destinations}, such as {@code local: {}}. */
    public Builder destination(String yaml) {
      destinations.add(yaml);
      return this;
    }

    /** One more line under {@code receivers}, such as {@code spill: {directory: /spill}}. */
    public Builder receiver(String yaml) {
      receivers.add(yaml);
      return this;
    }

    /** PEM files of the OTLP ports; without them they speak in the clear. */
    public Builder otlpTls(Path certificate, Path key) {
      otlpMore += ", tls: {cert: \"" + certificate + "\", key: \"" + key + "\"}";
      return this;
    }

    /** The same, and only for clients with a certificate of that authority. */
    public Builder otlpMutualTls(Path certificate, Path key, Path clientCa) {
      otlpMore +=
          (", tls: {cert: \"" + certificate + "\", key: \"" + key + "\"")
              + (", clientCa: \"" + clientCa + "\"}");
      return this;
    }

    /** After how long a silent OTLP connection is closed, such as {@code 2s}. */
    public Builder otlpIdleTimeout(String duration) {
      otlpMore += ", idleTimeout: " + duration;
      return this;
    }

    /** What agents shall send, such as {@code {temporality: delta}}. */
    public Builder agents(String yaml) {
      otlpMore += ", agents: " + yaml;
      return this;
    }

    /** The data directory of another one. */
    public Builder data(Path data) {
      this.data = data;
      return this;
    }

    /** As a user runs it: for measuring. */
    public Builder withoutAssertions() {
      assertions = false;
      return this;
    }

    /** Options of its JVM. */
    public Builder jvm(String... options) {
      jvmOptions.addAll(List.of(options));
      return this;
    }

    /** How many files and connections it may have open. */
    public Builder openFiles(int most) {
      openFiles = most;
      return this;
    }

    /** More top-level YAML. */
    public Builder yaml(String yaml) {
      moreYaml = yaml;
      return this;
    }

    public CollectorProcess build() {
      return new CollectorProcess(this);
    }
  }
}
