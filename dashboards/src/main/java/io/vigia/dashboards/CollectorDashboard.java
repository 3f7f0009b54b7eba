package io.vigia.dashboards;

/** The collector about itself, from its own {@code /metrics}. */
final class CollectorDashboard {
  private static final String CHOSEN = "instance=~\"$instance\"";
  private static final String LINE = "sum by (destination, signal) (";
  private static final String PENDING = "vigia_destination_pending_items";
  private static final String OLDEST = "vigia_destination_oldest_pending_timestamp_seconds";

  private CollectorDashboard() {}

  static Dashboard create() {
    return new Dashboard(
            "vigia-collector",
            "Vigía / Collector",
            "What came in, what went out, what waits on disk, and that nothing is missing. Needs a"
                + " Prometheus that scrapes the collector's /metrics.")
        .variable(
            "instance", "Collector", "label_values(vigia_receiver_accepted_items_total, instance)")
        .row("Ledger")
        .panel(
            Panel.number(
                    "Unaccounted",
                    "short",
                    "Items accepted that are neither delivered, dropped nor pending. Not 0 means a"
                        + " fault in the collector: please report it.")
                .query("sum(abs(" + difference() + "))", "unaccounted")
                .thresholds(0.5, 1))
        .panel(
            Panel.number("Pending", "short", "Items on disk that a destination has not confirmed.")
                .query("sum(" + PENDING + "{" + CHOSEN + "})", "pending"))
        .panel(
            Panel.number(
                    "Oldest pending",
                    "s",
                    "Age of the oldest record that one of the destinations has not confirmed.")
                .query("max(" + age() + ") or vector(0)", "age")
                .thresholds(60, 600))
        .panel(
            Panel.number("Dropped", "short", "Items given up in the time shown, for any reason.")
                .query("sum(clamp_min(" + droppedInRange() + ", 0)) or vector(0)", "dropped")
                .thresholds(1, 1000))
        .row("In")
        .panel(
            Panel.lines("Received", "cps", "Items made durable and acknowledged a second.")
                .query(
                    "sum by (receiver, signal) ("
                        + rate("vigia_receiver_accepted_items_total")
                        + ")",
                    "{{receiver}} {{signal}}"))
        .panel(
            Panel.lines("Received bytes", "Bps", "OTLP bytes made durable a second.")
                .query(
                    "sum by (receiver, signal) ("
                        + rate("vigia_receiver_accepted_bytes_total")
                        + ")",
                    "{{receiver}} {{signal}}"))
        .panel(
            Panel.lines(
                    "Refused and malformed",
                    "cps",
                    "What was refused, for a while or for good as the reason says, and what could not"
                        + " be understood.")
                .query(
                    "sum by (receiver, reason) ("
                        + rate("vigia_receiver_refused_items_total")
                        + ") or vector(0)",
                    "refused {{receiver}} {{reason}}")
                .query(
                    "sum by (receiver, reason) ("
                        + rate("vigia_receiver_malformed_total")
                        + ") or vector(0)",
                    "malformed {{receiver}} {{reason}}"))
        .panel(
            Panel.lines(
                    "Time to acknowledge",
                    "s",
                    "From a batch at the intake to its acknowledgement, on disk.")
                .query(
                    quantile(0.5, "vigia_receiver_ack_seconds", "receiver, "), "p50 {{receiver}}")
                .query(
                    quantile(0.99, "vigia_receiver_ack_seconds", "receiver, "), "p99 {{receiver}}"))
        .panel(
            Panel.lines("fsync", "s", "One fsync of a disk log.")
                .query(quantile(0.5, "vigia_log_sync_seconds", ""), "p50")
                .query(quantile(0.99, "vigia_log_sync_seconds", ""), "p99"))
        .panel(
            Panel.lines(
                    "Records per fsync", "short", "How many batches share one fsync, on average.")
                .query(
                    "sum by (signal) ("
                        + rate("vigia_log_synced_records_total")
                        + ") / sum by (signal) ("
                        + rate("vigia_log_sync_seconds_count")
                        + ")",
                    "{{signal}}"))
        .row("Out")
        .panel(
            Panel.lines("Delivered", "cps", "Items confirmed by each destination a second.")
                .query(
                    LINE + rate("vigia_destination_delivered_items_total") + ")",
                    "{{destination}} {{signal}}"))
        .panel(
            Panel.lines("Pending", "short", "Items on disk that the destination has not confirmed.")
                .query(LINE + PENDING + "{" + CHOSEN + "})", "{{destination}} {{signal}}"))
        .panel(
            Panel.lines("Pending bytes", "bytes", "Disk that waits for the destination.")
                .query(
                    LINE + "vigia_destination_pending_bytes{" + CHOSEN + "})",
                    "{{destination}} {{signal}}"))
        .panel(
            Panel.lines("Age of the oldest pending", "s", "How far a destination is behind.")
                .query("max by (destination) (" + age() + ") or vector(0)", "{{destination}}"))
        .panel(
            Panel.lines("Dropped", "cps", "Items given up a second, by reason.")
                .query(
                    "sum by (destination, reason) ("
                        + rate("vigia_destination_dropped_items_total")
                        + ") or vector(0)",
                    "{{destination}} {{reason}}"))
        .panel(
            Panel.lines("Failed requests", "cps", "Requests that are tried again, a second.")
                .query(
                    "sum by (destination) (" + rate("vigia_destination_retries_total") + ")",
                    "{{destination}}"))
        .panel(
            Panel.lines(
                    "Waiting for the destination",
                    "short",
                    "1 while the collector waits before it tries again, 0.5 while it tries.")
                .query(
                    "max by (destination) (vigia_destination_circuit_open{" + CHOSEN + "})",
                    "{{destination}}")
                .max(1))
        .panel(
            Panel.lines("Request time, p95", "s", "One request to the destination.")
                .query(
                    quantile(0.95, "vigia_destination_request_seconds", "destination, "),
                    "{{destination}}"))
        .panel(
            Panel.lines("Sent bytes", "Bps", "Bytes sent to the destination a second.")
                .query(
                    "sum by (destination) (" + rate("vigia_destination_request_bytes_total") + ")",
                    "{{destination}}"))
        .row("Itself")
        .panel(
            Panel.lines("Heap", "bytes", "Java heap in use.")
                .query("vigia_heap_used_bytes{" + CHOSEN + "}", "{{instance}}")
                .size(12, 7))
        .panel(
            Panel.lines("Embedded store", "bytes", "Size of the embedded store on disk.")
                .query("vigia_store_bytes{" + CHOSEN + "}", "{{instance}}")
                .size(12, 7));
  }

  private static String rate(String metric) {
    return "rate(" + metric + "{" + CHOSEN + "}[$__rate_interval])";
  }

  /**
   * Not increase(): before the first items of a reason there is no series that they could raise.
   */
  private static String droppedInRange() {
    String now = "vigia_destination_dropped_items_total{" + CHOSEN + "}";
    return now + " - (" + now + " offset $__range or 0 * " + now + ")";
  }

  private static String quantile(double q, String histogram, String by) {
    String buckets = "sum by (" + by + "le) (" + rate(histogram + "_bucket") + ")";
    return "histogram_quantile(" + q + ", " + buckets + ")";
  }

  /** Accepted minus everything that can have become of it: 0. */
  private static String difference() {
    String accepted = LINE + "vigia_destination_accepted_items_total{" + CHOSEN + "})";
    String delivered = LINE + "vigia_destination_delivered_items_total{" + CHOSEN + "})";
    String dropped = LINE + "vigia_destination_dropped_items_total{" + CHOSEN + "})";
    String pending = LINE + PENDING + "{" + CHOSEN + "})";
    return accepted
        + " - "
        + delivered
        + " - "
        + pending
        + " - ("
        + dropped
        + " or 0 * "
        + accepted
        + ")";
  }

  private static String age() {
    return "time() - (" + OLDEST + "{" + CHOSEN + "} > 0)";
  }
}
