package io.vigia.collector.export.prometheus;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.ExportResult.Refused;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.net.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Metrics for a Prometheus that comes and gets them: {@code GET /metrics} on an address of its own,
 * as text 0.0.4 or OpenMetrics (with exemplars), as the scraper prefers. A series that is not
 * renewed is forgotten after a while.
 *
 * <p>Delivered means: shown to who scrapes. A value that is replaced before the next scrape was
 * never seen, which is in the nature of pulling.
 */
public final class ScrapeExporter implements Exporter {
  private static final Limits LIMITS = new Limits(1 << 20, 10_000, 200, 1);

  private final InetSocketAddress listen;
  private final HttpServer server;
  private final ScrapeStore store;
  private final PointConverter converter;
  private final DeltaSums deltas;
  private boolean closed;

  private ScrapeExporter(Builder builder) {
    this.listen = builder.listen;
    this.store = new ScrapeStore(builder.maxSeries, builder.expiryMillis, builder.clock);
    this.converter = new PointConverter(builder.scopeLabels);
    this.deltas = new DeltaSums(builder.maxSeries);
    this.server =
        HttpServer.builder()
            .name("scrape")
            .listen(listen)
            .workers(2)
            .maxConnections(32)
            .get("/metrics", this::scrape)
            .build();
  }

  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void start() throws IOException {
    server.start();
  }

  /** Where it listens, with the real port when 0 was asked for. Only after {@link #start}. */
  public InetSocketAddress address() {
    return server.address();
  }

  @Override
  public synchronized void close() {
    closed = true;
    server.close();
  }

  @Override
  public Set<Signal> signals() {
    return Set.of(Signal.METRICS);
  }

  @Override
  public Limits limits() {
    return LIMITS;
  }

  @Override
  public synchronized CompletableFuture<ExportResult> export(ExportBatch batch) {
    if (closed) {
      return CompletableFuture.completedFuture(
          ExportResult.retryAll(batch, "the scrape endpoint is closed", 0));
    }
    List<Refused> refused = new ArrayList<>();
    converter.convert(
        batch,
        (entry, item, converted) -> {
          String refusal = put(converted);
          if (refusal != null) {
            refused.add(new Refused(entry, item, refusal, converted.point().family().name()));
          }
        });
    return CompletableFuture.completedFuture(
        refused.isEmpty()
            ? ExportResult.delivered()
            : new ExportResult(0, refused, List.of(), 0, null));
  }

  private @org.jspecify.annotations.Nullable String put(PointConverter.Converted converted) {
    MetricPoint point = converted.point();
    if (converted.delta()) {
      point = deltas.add(point, 0);
      deltas.commit(ordinal -> true);
    }
    MetricPoint info = converter.resource().info(point.timestampMillis());
    if (info != null) {
      store.put(info);
    }
    return store.put(point);
  }

  private HttpResponse scrape(HttpRequest request) {
    String accept = request.header("accept");
    boolean openMetrics = accept != null && accept.contains("application/openmetrics-text");
    return HttpResponse.inPieces(
        200,
        openMetrics ? ScrapeText.OPEN_METRICS : ScrapeText.TEXT,
        new ScrapeText(store.snapshot(), openMetrics));
  }

  /** There is nobody to contact. */
  @Override
  public CheckResult check() {
    return CheckResult.ok(
        "will be scraped at http://"
            + listen.getHostString()
            + ":"
            + listen.getPort()
            + "/metrics");
  }

  /** Settings. */
  public static final class Builder {
    private InetSocketAddress listen = new InetSocketAddress("127.0.0.1", 9464);
    private boolean scopeLabels;
    private int maxSeries = 100_000;
    private long expiryMillis = 300_000;
    private LongSupplier clock = System::nanoTime;

    private Builder() {}

    /** Port 0 takes any free one. */
    public Builder listen(InetSocketAddress listen) {
      this.listen = listen;
      return this;
    }

    /** New series beyond are refused, {@code series_limit}. */
    public Builder maxSeries(int count) {
      this.maxSeries = count;
      return this;
    }

    /** How long a series is shown after it was renewed last. */
    public Builder expiryMillis(long millis) {
      this.expiryMillis = millis;
      return this;
    }

    /** Whether series carry {@code otel_scope_…} labels. */
    public Builder scopeLabels(boolean scopeLabels) {
      this.scopeLabels = scopeLabels;
      return this;
    }

    /** For tests. */
    Builder clock(LongSupplier nanoClock) {
      this.clock = nanoClock;
      return this;
    }

    public ScrapeExporter build() {
      return new ScrapeExporter(this);
    }
  }
}
