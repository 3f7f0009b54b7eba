package io.vigia.collector.web;

import io.vigia.collector.core.Component;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.LogStatus;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.net.HttpServer;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.store.StoreReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The collector's own port: page ({@code /}), query API ({@code /api/…}), {@code /healthz} (the
 * process lives), {@code /readyz} (it takes data), {@code /metrics}.
 */
public final class WebServer implements Component {
  private final HttpServer http;

  private WebServer(Builder config) {
    Guard guard = new Guard(config.listen);
    StatusApi status = new StatusApi(config.info, config.status, config.ready, config.reader);
    MetricsPage metrics =
        new MetricsPage(
            config.metrics, config.status, config.deadLetters, config.logs, config.reader);
    HttpServer.Builder server =
        HttpServer.builder()
            .name("web")
            .listen(config.listen)
            .tls(config.tls)
            // a kubelet that waits behind questions to the store would end the process
            .getAtOnce("/healthz", r -> HttpResponse.text(200, "ok"))
            .getAtOnce("/readyz", r -> ready(config.ready))
            .get("/metrics", guard.wrap(metrics))
            .get("/*", guard.wrap(new StaticFiles()))
            .get("/api/info", guard.wrap(status::info))
            .get("/api/status", guard.wrap(status::status))
            .get("/api/*", guard.wrap(r -> Json.error(404, nothing(config.reader))));
    if (config.reader != null) {
      new QueryApi(config.reader)
          .routes()
          .forEach((path, handler) -> server.get(path, guard.wrap(handler)));
    }
    http = server.build();
  }

  private static String nothing(@Nullable StoreReader reader) {
    return reader == null
        ? "this collector keeps no data of its own: add the destination 'local'"
        : "no such question";
  }

  private static HttpResponse ready(BooleanSupplier ready) {
    return ready.getAsBoolean()
        ? HttpResponse.text(200, "ready")
        : HttpResponse.text(503, "not ready").with("Retry-After", "1");
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() throws IOException {
    http.start();
  }

  /** Where it listens, with the real port when 0 was asked for. Only after {@link #start}. */
  public InetSocketAddress address() {
    return http.address();
  }

  @Override
  public void close() {
    http.close();
  }

  /** Collects what the server shows. */
  public static final class Builder {
    private InetSocketAddress listen = new InetSocketAddress("127.0.0.1", 8317);
    private @Nullable ServerTls tls;
    private @Nullable StoreReader reader;
    private Supplier<List<DestinationStatus>> status = List::of;
    private Supplier<List<DeadLetterStatus>> deadLetters = List::of;
    private Supplier<List<LogStatus>> logs = List::of;
    private PrometheusCollectorMetrics metrics = new PrometheusCollectorMetrics();
    private BooleanSupplier ready = () -> true;
    private CollectorInfo info =
        new CollectorInfo("dev", "java -javaagent:vigia-agent.jar -jar app.jar", Map.of(), "");

    private Builder() {}

    /** Port 0 takes any free one. On a loopback address only local names are answered. */
    public Builder listen(InetSocketAddress listen) {
      this.listen = listen;
      return this;
    }

    /** Null (the default) = in the clear. */
    public Builder tls(@Nullable ServerTls tls) {
      this.tls = tls;
      return this;
    }

    /** Null when this collector has no embedded store: the page then shows the collector only. */
    public Builder reader(@Nullable StoreReader reader) {
      this.reader = reader;
      return this;
    }

    /** One consistent reading of all ledgers per call. */
    public Builder status(Supplier<List<DestinationStatus>> status) {
      this.status = status;
      return this;
    }

    /** What destinations have refused for good. */
    public Builder deadLetters(Supplier<List<DeadLetterStatus>> deadLetters) {
      this.deadLetters = deadLetters;
      return this;
    }

    /** The disk logs. */
    public Builder logs(Supplier<List<LogStatus>> logs) {
      this.logs = logs;
      return this;
    }

    public Builder metrics(PrometheusCollectorMetrics metrics) {
      this.metrics = metrics;
      return this;
    }

    /** Whether data would be accepted now. */
    public Builder ready(BooleanSupplier ready) {
      this.ready = ready;
      return this;
    }

    public Builder info(CollectorInfo info) {
      this.info = info;
      return this;
    }

    public WebServer build() {
      return new WebServer(this);
    }
  }
}
