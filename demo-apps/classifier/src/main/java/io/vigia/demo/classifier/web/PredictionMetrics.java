package io.vigia.demo.classifier.web;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Histogram;
import java.util.List;

/** What the owner of this service wants to know, in the application's own Prometheus registry. */
public final class PredictionMetrics {
  private final Counter predictions;
  private final Counter refused;
  private final Histogram inferenceSeconds;
  private final Histogram pictureBytes;

  /** Registers the metrics; every label is there with 0 from the start. */
  public PredictionMetrics(CollectorRegistry registry, List<String> labels) {
    predictions =
        Counter.build("classifier_predictions_total", "Pictures classified, by predicted class.")
            .labelNames("class")
            .register(registry);
    refused =
        Counter.build("classifier_pictures_refused_total", "Requests without a usable picture.")
            .labelNames("reason")
            .register(registry);
    inferenceSeconds =
        Histogram.build("classifier_inference_seconds", "Time in the model, decoding excluded.")
            .buckets(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
            .register(registry);
    pictureBytes =
        Histogram.build("classifier_picture_bytes", "Size of the pictures that were classified.")
            .exponentialBuckets(1024, 4, 8)
            .register(registry);
    if (labels.size() <= 100) { // a thousand ImageNet classes appear as they occur
      labels.forEach(predictions::labels);
    }
  }

  void predicted(String label, int bytes) {
    predictions.labels(label).inc();
    pictureBytes.observe(bytes);
  }

  void refused(String reason) {
    refused.labels(reason).inc();
  }

  Histogram.Timer startInference() {
    return inferenceSeconds.startTimer();
  }
}
