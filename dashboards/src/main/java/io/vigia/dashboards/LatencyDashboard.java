package io.vigia.dashboards;

/**
 * Rate, errors, duration of HTTP services, from OpenTelemetry's {@code
 * http.server.request.duration} and {@code http.client.request.duration} (semantic conventions,
 * HTTP metrics; both stable) under their Prometheus names.
 */
final class LatencyDashboard {
  private static final String SERVER = "http_server_request_duration_seconds";
  private static final String CLIENT = "http_client_request_duration_seconds";
  private static final String CHOSEN = "job=~\"$service\", http_route=~\"$route\"";
  private static final String ERRORS = CHOSEN + ", http_response_status_code=~\"5..\"";

  private LatencyDashboard() {}

  static Dashboard create() {
    return new Dashboard(
            "vigia-latency",
            "Vigía / Services: rate, errors, duration",
            "What callers of the HTTP services meet: how many requests, how many fail, how long"
                + " they take. Dots on the curves are exemplars: click one to see its trace.")
        .variable("service", "Service", "label_values(" + SERVER + "_count, job)")
        .variable(
            "route", "Route", "label_values(" + SERVER + "_count{job=~\"$service\"}, http_route)")
        .row("Now")
        .panel(
            Panel.number("Requests", "reqps", "Requests a second, all chosen services together.")
                .query("sum(" + rate(SERVER + "_count", CHOSEN) + ")", "requests"))
        .panel(
            Panel.number("Failed", "percentunit", "Share of requests answered with 5xx.")
                .query(share(""), "failed")
                .thresholds(0.01, 0.05))
        .panel(
            Panel.number("p95", "s", "95 of 100 requests are faster than this.")
                .query(quantile(0.95, SERVER, CHOSEN, ""), "p95")
                .thresholds(0.3, 1))
        .panel(
            Panel.number("Services", "short", "Services that report requests.")
                .query("count(sum by (job) (" + rate(SERVER + "_count", CHOSEN) + "))", "services"))
        .row("Rate and errors")
        .panel(
            Panel.lines("Requests by service", "reqps", "Requests a second of each service.")
                .query("sum by (job) (" + rate(SERVER + "_count", CHOSEN) + ")", "{{job}}"))
        .panel(
            Panel.lines("Requests by status", "reqps", "Requests a second by status code.")
                .query(
                    "sum by (http_response_status_code) (" + rate(SERVER + "_count", CHOSEN) + ")",
                    "{{http_response_status_code}}")
                .stacked())
        .panel(
            Panel.lines(
                    "Failed share by service",
                    "percentunit",
                    "Share of each service's requests answered with 5xx.")
                .query(share("by (job) "), "{{job}}"))
        .row("Duration")
        .panel(
            Panel.heatmap(
                    "Distribution",
                    "s",
                    "How many requests a second took how long: two bands mean two kinds of"
                        + " requests, which an average hides.")
                .queryWithExemplars(
                    "sum by (le) (" + rate(SERVER + "_bucket", CHOSEN) + ")", "{{le}}")
                .size(12, 9))
        .panel(
            Panel.lines("Quantiles", "s", "All chosen services together.")
                .queryWithExemplars(quantile(0.5, SERVER, CHOSEN, ""), "p50")
                .queryWithExemplars(quantile(0.95, SERVER, CHOSEN, ""), "p95")
                .queryWithExemplars(quantile(0.99, SERVER, CHOSEN, ""), "p99")
                .size(12, 9))
        .panel(
            Panel.lines("p95 by service", "s", "The 95th percentile of each service.")
                .queryWithExemplars(quantile(0.95, SERVER, CHOSEN, "job, "), "{{job}}")
                .size(12, 8))
        .panel(
            Panel.lines("p95 by route", "s", "The ten slowest routes of each moment.")
                .queryWithExemplars(
                    "topk(10, " + quantile(0.95, SERVER, CHOSEN, "job, http_route, ") + ")",
                    "{{job}} {{http_route}}")
                .size(12, 8))
        .row("Routes and calls")
        .panel(
            Panel.table("Busiest routes", "reqps", "The twenty routes with the most requests.")
                .query(
                    "topk(20, sum by (job, http_request_method, http_route) ("
                        + rate(SERVER + "_count", CHOSEN)
                        + "))",
                    "")
                .size(12, 9))
        .panel(
            Panel.lines(
                    "Calls to other services: p95",
                    "s",
                    "What the chosen services wait for when they call others.")
                .queryWithExemplars(
                    quantile(
                        0.95, CLIENT, "job=~\"$service\"", "job, server_address, server_port, "),
                    "{{job}} → {{server_address}}:{{server_port}}")
                .size(12, 9));
  }

  private static String rate(String metric, String labels) {
    return "rate(" + metric + "{" + labels + "}[$__rate_interval])";
  }

  private static String quantile(double q, String histogram, String labels, String by) {
    String buckets = "sum by (" + by + "le) (" + rate(histogram + "_bucket", labels) + ")";
    return "histogram_quantile(" + q + ", " + buckets + ")";
  }

  /** Failed of all; 0 and not nothing where no request failed. */
  private static String share(String by) {
    String all = "sum " + by + "(" + rate(SERVER + "_count", CHOSEN) + ")";
    String failed = "sum " + by + "(" + rate(SERVER + "_count", ERRORS) + ")";
    return "(" + failed + " or 0 * " + all + ") / " + all;
  }
}
