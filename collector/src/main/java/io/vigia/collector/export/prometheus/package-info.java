/**
 * Metrics to Prometheus, pushed ({@link io.vigia.collector.export.prometheus.RemoteWriteExporter})
 * or pulled ({@link io.vigia.collector.export.prometheus.ScrapeExporter}). Both see OTLP data
 * points through {@link io.vigia.collector.export.prometheus.PointConverter}, which gives names and
 * labels as opentelemetry.io "Prometheus and OpenMetrics Compatibility" says.
 */
@NullMarked
package io.vigia.collector.export.prometheus;

import org.jspecify.annotations.NullMarked;
