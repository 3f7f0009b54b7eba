package io.vigia.dashboards;

/**
 * The business metrics of the demo applications, from their own simpleclient registries by way of
 * the agent: an example of a dashboard for an application's own metrics.
 */
final class DemoDashboard {
  private static final String CHOSEN = "{job=~\"$service\"}";
  private static final String RATE = "[$__rate_interval])";

  private DemoDashboard() {}

  static Dashboard create() {
    return new Dashboard(
            "vigia-demo",
            "Vigía / Demo applications",
            "What the guestbook's and the classifier's owners count for themselves.")
        .variable(
            "service",
            "Service",
            "label_values({__name__=~\"classifier_predictions_total|guestbook_entries_total\"},"
                + " job)")
        .row("Classifier")
        .panel(
            Panel.lines("Predictions", "cps", "Pictures classified a second, by class.")
                .query(
                    "sum by (class) (rate(classifier_predictions_total" + CHOSEN + RATE + ")",
                    "{{class}}")
                .stacked())
        .panel(
            Panel.lines("Inference time", "s", "Time in the model.")
                .queryWithExemplars(quantile(0.5, "classifier_inference_seconds"), "p50")
                .queryWithExemplars(quantile(0.95, "classifier_inference_seconds"), "p95"))
        .panel(
            Panel.lines("Pictures refused", "cps", "Requests without a usable picture, by reason.")
                .query(
                    "sum by (reason) (rate(classifier_pictures_refused_total"
                        + CHOSEN
                        + RATE
                        + ") or vector(0)",
                    "{{reason}}"))
        .panel(
            Panel.lines("Picture size", "bytes", "Size of the pictures classified.")
                .query(quantile(0.5, "classifier_picture_bytes"), "p50")
                .query(quantile(0.95, "classifier_picture_bytes"), "p95"))
        .row("Guestbook")
        .panel(
            Panel.lines("Entries", "cps", "Entries written a second, by kind.")
                .query(
                    "sum by (kind) (rate(guestbook_entries_total" + CHOSEN + RATE + ")",
                    "{{kind}}"));
  }

  private static String quantile(double q, String histogram) {
    String buckets = "sum by (le) (rate(" + histogram + "_bucket" + CHOSEN + RATE + ")";
    return "histogram_quantile(" + q + ", " + buckets + ")";
  }
}
