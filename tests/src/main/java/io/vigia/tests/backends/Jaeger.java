package io.vigia.tests.backends;

import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Jaeger 1.76 all-in-one. It keeps traces in memory: a stop forgets them, a pause does not.
 *
 * <p>Every listener gets a free port of its own, also the ones that no test uses, because their
 * defaults may be taken.
 */
public final class Jaeger extends BackendServer {
  private final Path program = Backend.JAEGER.program();
  private final Path folder = Folders.temporary("jaeger");
  private final int otlpGrpc = Ports.free();
  private final int otlpHttp = Ports.free();
  private final int query = Ports.free();
  private final int queryGrpc = Ports.free();
  private final int collectorGrpc = Ports.free();
  private final int collectorHttp = Ports.free();
  private final int admin = Ports.free();

  /** OTLP over gRPC. */
  public String otlpUrl() {
    return "http://127.0.0.1:" + otlpGrpc;
  }

  /** The query API. */
  public String queryUrl() {
    return "http://127.0.0.1:" + query;
  }

  /** {@code host:port} of {@code api_v2.CollectorService}. */
  public String collectorGrpc() {
    return "127.0.0.1:" + collectorGrpc;
  }

  /** Sampling strategies under {@code /api/sampling}. */
  public String collectorHttpUrl() {
    return "http://127.0.0.1:" + collectorHttp;
  }

  @Override
  protected Duration startLimit() {
    return Duration.ofSeconds(30);
  }

  @Override
  protected boolean answers() {
    return Http.answersWith("http://127.0.0.1:" + admin + "/", 200)
        && Http.answersWith(queryUrl() + "/api/services", 200);
  }

  @Override
  protected ChildProcess launch() {
    return ChildProcess.command(
            program.toString(),
            "--admin.http.host-port=127.0.0.1:" + admin,
            "--collector.otlp.enabled=true",
            "--collector.otlp.grpc.host-port=127.0.0.1:" + otlpGrpc,
            "--collector.otlp.http.host-port=127.0.0.1:" + otlpHttp,
            "--collector.grpc-server.host-port=127.0.0.1:" + collectorGrpc,
            "--collector.http-server.host-port=127.0.0.1:" + collectorHttp,
            "--query.http-server.host-port=127.0.0.1:" + query,
            "--query.grpc-server.host-port=127.0.0.1:" + queryGrpc,
            "--memory.max-traces=200000")
        .name("jaeger")
        .environment("SPAN_STORAGE_TYPE", "memory")
        .in(folder)
        .output(folder.resolve("jaeger.out"))
        .start();
  }
}
