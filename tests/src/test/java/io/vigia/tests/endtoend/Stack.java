package io.vigia.tests.endtoend;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Jaeger;
import io.vigia.tests.backends.Prometheus;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.Ports;
import java.net.URI;

/** Every backend, and one collector that delivers to all of them. */
final class Stack implements AutoCloseable {
  private final Elasticsearch elasticsearch = new Elasticsearch();
  private final Jaeger jaeger = new Jaeger();
  private final Prometheus pushed = new Prometheus();
  private final Prometheus pulled;
  private final CollectorProcess collector;

  Stack() {
    String scrape = "127.0.0.1:" + Ports.free();
    // of its own: the same series from two sides would be one series out of order
    pulled = new Prometheus().scraping(scrape);
    collector =
        CollectorProcess.builder()
            .destination("local: {}")
            .destination("elasticsearch: {url: \"" + elasticsearch.url() + "\"}")
            .destination("jaeger: {endpoint: \"" + jaeger.otlpUrl() + "\"}")
            .destination("prometheus: {remoteWrite: \"" + pushed.remoteWriteUrl() + "\"}")
            .destination("scrape: {type: prometheus, listen: \"" + scrape + "\"}")
            .build();
    // for the collector's own dashboard
    pushed.scraping(URI.create(collector.webUrl()).getAuthority());
    try {
      elasticsearch.start();
      jaeger.start();
      pushed.start();
      collector.start();
      pulled.start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  Elasticsearch elasticsearch() {
    return elasticsearch;
  }

  Jaeger jaeger() {
    return jaeger;
  }

  /** Gets remote write. */
  Prometheus pushed() {
    return pushed;
  }

  /** Scrapes the collector. */
  Prometheus pulled() {
    return pulled;
  }

  CollectorProcess collector() {
    return collector;
  }

  @Override
  public void close() {
    collector.close();
    elasticsearch.close();
    jaeger.close();
    pushed.close();
    pulled.close();
  }
}
