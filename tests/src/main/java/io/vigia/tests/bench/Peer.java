package io.vigia.tests.bench;

import io.vigia.tests.backends.BackendFolder;
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

/**
 * Somebody else's collector, taken from the PATH when it is there, in the same run and with its
 * disk buffer on. Each constant says what that promises.
 */
enum Peer {
  /** The OpenTelemetry Collector with its persistent queue. */
  OTELCOL(
      "otelcol",
      "file_storage queue, no fsync (its default): acknowledges when the page cache has it;"
          + " batches of 8,192, at least once"),
  /** The same, as durable as ours. */
  OTELCOL_FSYNC(
      "otelcol",
      "file_storage queue with fsync: acknowledges after fsync; batches of 8,192, at least once"),
  /** Fluent Bit with file-system storage. */
  FLUENT_BIT(
      "fluent-bit",
      "filesystem storage, storage.sync normal (no fsync): acknowledges when the page cache has it;"
          + " flush 0.2 s, es output with generated ids, at least once"),
  /** Fluentd with a file buffer. */
  FLUENTD(
      "fluentd",
      "file buffer, no fsync: acknowledges when the page cache has it; flush 1 s, at least once");

  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String program;
  private final String conditions;

  Peer(String program, String conditions) {
    this.program = program;
    this.conditions = conditions;
  }

  /** Those on the PATH that take the workload. */
  static List<Peer> available(Workload workload) {
    List<Peer> peers = new ArrayList<>();
    for (Peer peer : values()) {
      boolean takes = peer.program.equals("otelcol") || workload == Workload.FORWARD;
      if (takes && BackendFolder.onPath(peer.program).isPresent()) {
        peers.add(peer);
      }
    }
    return peers;
  }

  /** Starts it; returns when it listens. */
  Subject start(Workload workload, int sinkPort) {
    Path folder = Folders.temporary(program);
    int port = Ports.free();
    try {
      Files.createDirectories(folder.resolve("buffer"));
      Path config =
          Files.writeString(
              folder.resolve(this == FLUENTD ? "fluent.conf" : "config.yaml"),
              config(workload, folder, port, sinkPort));
      String flag = program.equals("otelcol") ? "--config" : "-c";
      ChildProcess process =
          ChildProcess.command(
                  BackendFolder.onPath(program).orElseThrow().toString(), flag, config.toString())
              .name(program)
              .in(folder)
              .start();
      process.awaitReady(() -> Ports.isOpen(port), LIMIT);
      String name = name().toLowerCase(java.util.Locale.ROOT);
      return new Running(name, conditions, process, folder, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String config(Workload workload, Path folder, int port, int sinkPort) {
    return switch (this) {
      case OTELCOL, OTELCOL_FSYNC -> otelcol(workload, folder, port, sinkPort);
      case FLUENT_BIT ->
          """
          service: {flush: 0.2, storage.path: %s/buffer, storage.sync: normal}
          pipeline:
            inputs: [{name: forward, listen: 127.0.0.1, port: %d, storage.type: filesystem}]
            outputs: [{name: es, match: '*', host: 127.0.0.1, port: %d, suppress_type_name: on, generate_id: on, write_operation: create}]
          """
              .formatted(folder, port, sinkPort);
      case FLUENTD ->
          """
          <source>
            @type forward
            bind 127.0.0.1
            port %d
          </source>
          <match **>
            @type http
            endpoint http://127.0.0.1:%d/_bulk
            json_array false
            <buffer>
              @type file
              path %s/buffer
              flush_interval 1s
              chunk_limit_size 8m
            </buffer>
          </match>
          """
              .formatted(port, sinkPort, folder);
    };
  }

  private String otelcol(Workload workload, Path folder, int port, int sinkPort) {
    String receiver =
        workload.grpc()
            ? "otlp: {protocols: {grpc: {endpoint: \"127.0.0.1:%d\"}}}".formatted(port)
            : "fluentforward: {endpoint: \"127.0.0.1:%d\"}".formatted(port);
    String queue =
        "sending_queue: {storage: file_storage, queue_size: 100000, num_consumers: 4,"
            + " batch: {flush_timeout: 200ms, min_size: 8192}}";
    String exporter =
        workload.signal().equals("traces")
            ? "otlp: {endpoint: \"127.0.0.1:%d\", compression: none, tls: {insecure: true}, %s}"
                .formatted(sinkPort, queue)
            : "elasticsearch: {endpoints: [\"http://127.0.0.1:%d\"], compression: none, %s}"
                .formatted(sinkPort, queue);
    String receiverName = receiver.substring(0, receiver.indexOf(':'));
    String exporterName = exporter.substring(0, exporter.indexOf(':'));
    return """
        receivers: {%s}
        exporters: {%s}
        extensions: {file_storage: {directory: %s/buffer, fsync: %s}}
        service:
          telemetry: {metrics: {level: none}, logs: {level: warn}}
          extensions: [file_storage]
          pipelines: {%s: {receivers: [%s], exporters: [%s]}}
        """
        .formatted(
            receiver,
            exporter,
            folder,
            this == OTELCOL_FSYNC,
            workload.signal(),
            receiverName,
            exporterName);
  }

  private record Running(
      String name, String conditions, ChildProcess process, Path folder, int listenPort)
      implements Subject {
    @Override
    public long pid() {
      return process.pid();
    }

    @Override
    public int port(Workload workload) {
      return listenPort;
    }

    @Override
    public double syncs() {
      return Double.NaN;
    }

    @Override
    public void close() {
      process.close();
      Folders.delete(folder);
    }
  }
}
