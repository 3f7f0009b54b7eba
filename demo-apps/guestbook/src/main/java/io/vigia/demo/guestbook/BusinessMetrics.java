package io.vigia.demo.guestbook;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;

/** What the owner of the guestbook counts; the agent finds the registry by itself. */
final class BusinessMetrics {
  private final Counter entries;
  private final Counter refused;
  private final Histogram pictureBytes;
  private final Counter classifications;
  private final Gauge pending;

  BusinessMetrics(CollectorRegistry registry) {
    entries =
        Counter.build("guestbook_entries_total", "Entries written.")
            .labelNames("kind")
            .register(registry);
    refused =
        Counter.build("guestbook_refused_total", "Posts that were not taken, by HTTP status.")
            .labelNames("status")
            .register(registry);
    pictureBytes =
        Histogram.build("guestbook_picture_bytes", "Size of pictures left by visitors, bytes.")
            .exponentialBuckets(1024, 4, 7)
            .register(registry);
    classifications =
        Counter.build(
                "guestbook_classifications_total", "Pictures sent to the classifier, by outcome.")
            .labelNames("outcome")
            .register(registry);
    pending =
        Gauge.build("guestbook_classifications_pending", "Pictures at the classifier now.")
            .register(registry);
    for (ClassifierClient.Outcome outcome : ClassifierClient.Outcome.values()) {
      classifications.labels(outcome.label());
    }
  }

  void entryWritten(boolean withPicture) {
    entries.labels(withPicture ? "picture" : "text").inc();
  }

  void refused(int status) {
    refused.labels(Integer.toString(status)).inc();
  }

  void classifying(int bytes) {
    pictureBytes.observe(bytes);
    pending.inc();
  }

  void classified(ClassifierClient.Outcome outcome) {
    pending.dec();
    classifications.labels(outcome.label()).inc();
  }
}
