package io.vigia.collector.web;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.LogStatus;
import io.vigia.collector.net.HttpHandler;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import io.vigia.collector.store.StoreReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The collector's own metrics, in the text format the scraper asks for. */
final class MetricsPage implements HttpHandler {
  private final PrometheusCollectorMetrics metrics;
  private final PrometheusRegistry own = new PrometheusRegistry();
  private final ExpositionFormats formats = ExpositionFormats.init();

  MetricsPage(
      PrometheusCollectorMetrics metrics,
      Supplier<List<DestinationStatus>> status,
      Supplier<List<DeadLetterStatus>> deadLetters,
      Supplier<List<LogStatus>> logs,
      @Nullable StoreReader reader) {
    this.metrics = metrics;
    own.register(new Ledger(status));
    own.register(new DeadLetterCounts(deadLetters));
    own.register(new LogGauges(logs));
    GaugeWithCallback.builder()
        .name("vigia_heap_used_bytes")
        .help("Java heap in use.")
        .callback(
            gauge -> {
              Runtime runtime = Runtime.getRuntime();
              gauge.call(runtime.totalMemory() - runtime.freeMemory());
            })
        .register(own);
    if (reader != null) {
      GaugeWithCallback.builder()
          .name("vigia_store_bytes")
          .help("Size of the embedded store on disk.")
          .callback(gauge -> gauge.call(reader.stats().bytes()))
          .register(own);
      GaugeWithCallback.builder()
          .name("vigia_store_corrupt_slices")
          .help("Files of the embedded store set aside since the start.")
          .callback(gauge -> gauge.call(reader.stats().corrupt().size()))
          .register(own);
    }
  }

  @Override
  public HttpResponse handle(HttpRequest request) throws IOException {
    MetricSnapshots.Builder all = MetricSnapshots.builder();
    metrics.registry().scrape().forEach(all::metricSnapshot);
    own.scrape().forEach(all::metricSnapshot);
    ExpositionFormatWriter writer = formats.findWriter(request.header("accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream(16 << 10);
    writer.write(body, all.build());
    return HttpResponse.of(200, writer.getContentType(), body.toByteArray());
  }
}
