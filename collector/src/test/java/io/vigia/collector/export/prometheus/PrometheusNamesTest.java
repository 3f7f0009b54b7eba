package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.otlp.MetricView.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The cases of opentelemetry.io, "Prometheus and OpenMetrics Compatibility", Metric Metadata, and
 * those that the translators of Prometheus and of the OpenTelemetry Collector agree about.
 */
class PrometheusNamesTest {
  @ParameterizedTest
  @CsvSource({
    // units
    "system.filesystem.usage, By, gauge, system_filesystem_usage_bytes",
    "system.io, By, counter, system_io_bytes_total",
    "network_transmitted_bytes_total, By, counter, network_transmitted_bytes_total",
    "response_time, ms, gauge, response_time_milliseconds",
    "http.server.request.duration, s, histogram, http_server_request_duration_seconds",
    "redis.latest_fork, us, gauge, redis_latest_fork_microseconds",
    "gc.pause, ns, histogram, gc_pause_nanoseconds",
    "uptime, min, gauge, uptime_minutes",
    "uptime, h, gauge, uptime_hours",
    "uptime, d, gauge, uptime_days",
    "data_files, MiBy, gauge, data_files_mebibytes",
    "node.memory.usage, KBy, gauge, node_memory_usage_kilobytes",
    "hw.cpu.speed_limit, Hz, gauge, hw_cpu_speed_limit_hertz",
    "room.temperature, Cel, gauge, room_temperature_celsius",
    "hw.power, W, gauge, hw_power_watts",
    "custom_metric, custom_unit, gauge, custom_metric_custom_unit",
    "test.metric.no_unit, '', gauge, test_metric_no_unit",
    "test.metric.spaces, '  \t ', gauge, test_metric_spaces",
    "'\t system.filesystem.usage   ', '  By\t', gauge, system_filesystem_usage_bytes",
    // a unit that the name says already
    "system.network.dropped, packets, gauge, system_network_dropped_packets",
    "system.network.packets.dropped, packets, counter, system_network_packets_dropped_total",
    "nginx.requests, requests, gauge, nginx_requests",
    // annotations are no units
    "system.network.dropped, {packets}, gauge, system_network_dropped",
    "bigip.request.count, {requests}, counter, bigip_request_count_total",
    "object.rate, {objects}/s, gauge, object_rate_per_second",
    "scanned_per_returned, {scanned}/{returned}, gauge, scanned_per_returned",
    "custom_metric, By/{custom}, gauge, custom_metric_bytes",
    // per
    "astro.light.speed_limit, m/s, gauge, astro_light_speed_limit_meters_per_second",
    "broken.metric.speed, km/h, gauge, broken_metric_speed_km_per_hour",
    "network.io, By/s, gauge, network_io_bytes_per_second",
    "oplog.rate, GiBy/h, gauge, oplog_rate_gibibytes_per_hour",
    "requests, 1/s, gauge, requests_per_second",
    // _total
    "requests, '', counter, requests_total",
    "requests_total, '', counter, requests_total",
    "requests.total.count, '', counter, requests_count_total",
    "apache.requests, 1, counter, apache_requests_total",
    "system.disk.operation_time, s, counter, system_disk_operation_time_seconds_total",
    "queue.length, '', updown, queue_length",
    // _ratio
    "hw.gpu.memory.utilization, 1, gauge, hw_gpu_memory_utilization_ratio",
    "hw.fan.speed_ratio, 1, gauge, hw_fan_speed_ratio",
    "system.cpu.load_average.15m, 1, gauge, system_cpu_load_average_15m_ratio",
    "objects, 1, histogram, objects",
    "objects, 1, updown, objects",
    "broken.success_ratio, %, gauge, broken_success_ratio_percent",
    "broken.success_percent, %, gauge, broken_success_percent",
    // characters
    "metric@with#special$chars, '', gauge, metric_with_special_chars",
    "metric@@##$$name, '', gauge, metric_name",
    "123metric, '', gauge, _123metric",
    "foo::bar, '', gauge, foo::bar",
    "temperature, °F, gauge, temperature_F",
    "weird, '+=.:,!* & #', gauge, weird_:",
    "@#$%, '', gauge, unnamed",
    // what follows the exporters' names already
    "node_cpu_seconds_total, s, gauge, node_cpu_seconds_total",
    "container_memory_usage_bytes, 1, gauge, container_memory_usage_bytes",
    "node.cpu.time, s, counter, node_cpu_time_seconds_total",
  })
  void namesAreThoseOfTheSpecification(String name, String unit, String type, String expected) {
    Kind kind =
        switch (type) {
          case "gauge" -> Kind.GAUGE;
          case "histogram" -> Kind.HISTOGRAM;
          default -> Kind.SUM;
        };
    assertThat(PrometheusNames.metric(name, unit, kind, type.equals("counter")))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "By, bytes",
    "s, seconds",
    "1, ''",
    "{packets}, ''",
    "By/s, bytes_per_second",
    "1/s, per_second",
    "By/{x}, bytes",
    "custom_unit, custom_unit",
  })
  void theUnitOfTheMetadataIsTheEndOfTheName(String unit, String expected) {
    assertThat(PrometheusNames.unitWord(unit)).isEqualTo(expected);
    assertThat(PrometheusNames.metric("x", unit, Kind.HISTOGRAM, false))
        .isEqualTo(expected.isEmpty() ? "x" : "x_" + expected);
  }

  @ParameterizedTest
  @CsvSource({
    "label.with.dots, label_with_dots",
    "label:with:colons, label_with_colons",
    "LabelWithCapitalLetters, LabelWithCapitalLetters",
    "123label, key_123label",
    "_private, key_private",
    "__reserved__, __reserved__",
    "'', key_",
  })
  void labelNamesAreValid(String key, String expected) {
    assertThat(PrometheusNames.label(key)).isEqualTo(expected).matches("[a-zA-Z_][a-zA-Z0-9_]*");
  }
}
