package io.vigia.collector.export.file;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.LogView;
import io.vigia.collector.otlp.MetricView;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.PointView;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.otlp.SpanView;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * One line per item: time, kind, service, what it is, and its attributes as {@code key=value}. Not
 * thread-safe.
 *
 * <pre>
 * 2026-11-21T00:28:05.123Z INFO   shop  order taken  trace=0af7… span=b7ad… http.route=/order
 * 2026-11-21T00:28:05.123Z SPAN   shop  GET /order  server 12.345ms ok  trace=0af7… span=b7ad…
 * 2026-11-21T00:28:05.123Z METRIC shop  queue.depth 3 {items}  number=0
 * </pre>
 */
final class ReadableLines {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);
  private static final String[] LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
  private static final String[] KINDS = {
    "unspecified", "internal", "server", "client", "producer", "consumer"
  };

  private final OtlpItems items = new OtlpItems();
  private final KeyValues attributes = new KeyValues();
  private final LogView log = new LogView();
  private final SpanView span = new SpanView();
  private final PointView point = new PointView();
  private final StringBuilder out = new StringBuilder();
  private String service = "";

  String write(ExportBatch batch) {
    out.setLength(0);
    for (ExportBatch.Entry entry : batch.entries()) {
      Envelope envelope = entry.record().envelope();
      items.reset(entry.record());
      while (items.next()) {
        if (items.newResource()) {
          service = service(envelope);
        }
        if (entry.wants(items.index())) {
          switch (batch.signal()) {
            case LOGS -> log(envelope);
            case TRACES -> span();
            case METRICS -> point();
          }
          endLine();
        }
      }
    }
    return out.toString();
  }

  private void endLine() {
    int end = out.length();
    while (out.charAt(end - 1) == ' ') {
      end--;
    }
    out.setLength(end);
    out.append('\n');
  }

  private String service(Envelope envelope) {
    attributes.reset(items.resource(), OtlpFields.RESOURCE_ATTRIBUTES);
    while (attributes.next()) {
      if (attributes.key().contentEquals("service.name")) {
        return Text.of(attributes.value());
      }
    }
    return envelope.attributes().getOrDefault("service.name", "-");
  }

  private void log(Envelope envelope) {
    log.reset(items.item());
    long time = log.timeUnixNanos() != 0 ? log.timeUnixNanos() : log.observedTimeUnixNanos();
    begin(time != 0 ? time : envelope.receiveTimeUnixNanos(), level());
    if (log.body().kind() != AnyValue.Kind.EMPTY) {
      Text.line(out, Text.of(log.body()));
    } else {
      Text.line(out, log.eventName().toString());
    }
    ids(log.traceId(), log.spanId());
    attributes(items.item(), OtlpFields.LOG_ATTRIBUTES);
  }

  private String level() {
    int number = log.severityNumber();
    return number >= 1 && number <= 24
        ? LEVELS[(number - 1) / 4]
        : log.severityText().isEmpty() ? "LOG" : Text.line(log.severityText().toString());
  }

  private void span() {
    span.reset(items.item());
    begin(span.startTimeUnixNanos(), "SPAN");
    Text.line(out, span.name().toString());
    double millis = (span.endTimeUnixNanos() - span.startTimeUnixNanos()) / 1e6;
    out.append("  ")
        .append(span.kind() >= 0 && span.kind() < KINDS.length ? KINDS[span.kind()] : "?")
        .append(String.format(Locale.ROOT, " %.3fms", millis));
    if (span.statusCode() != 0) {
      out.append(span.statusCode() == 2 ? " error" : " ok");
    }
    if (!span.statusMessage().isEmpty()) {
      Text.line(out.append(": "), span.statusMessage().toString());
    }
    ids(span.traceId(), span.spanId());
    if (!span.parentSpanId().isEmpty()) {
      out.append(" parent=").append(span.parentSpanId().hex());
    }
    attributes(items.item(), OtlpFields.SPAN_ATTRIBUTES);
  }

  private void point() {
    MetricView metric = items.metric();
    point.reset(metric.kind(), items.item());
    begin(point.timeUnixNanos(), "METRIC");
    Text.line(out, metric.name().toString());
    out.append(' ');
    if (point.noRecordedValue()) {
      out.append("gone");
    } else if (metric.kind() == MetricView.Kind.GAUGE || metric.kind() == MetricView.Kind.SUM) {
      out.append(point.isInt() ? Long.toString(point.intValue()) : "" + point.doubleValue());
    } else {
      out.append("count=").append(Long.toUnsignedString(point.count()));
      if (point.hasSum()) {
        out.append(" sum=").append(point.sumValue());
      }
    }
    if (!metric.unit().isEmpty()) {
      Text.line(out.append(' '), metric.unit().toString());
    }
    out.append(' ');
    attributes(items.item(), point.attributesTag());
  }

  private void begin(long unixNanos, String kind) {
    Instant time = Instant.ofEpochSecond(0, unixNanos);
    out.append(TIME.format(time)).append(' ').append(String.format(Locale.ROOT, "%-6s ", kind));
    Text.line(out, service);
    out.append("  ");
  }

  private void ids(Slice traceId, Slice spanId) {
    out.append(' ');
    if (!traceId.isEmpty()) {
      out.append(" trace=").append(traceId.hex());
    }
    if (!spanId.isEmpty()) {
      out.append(" span=").append(spanId.hex());
    }
  }

  private void attributes(Slice message, int tag) {
    attributes.reset(message, tag);
    while (attributes.next()) {
      out.append(' ');
      Text.line(out, attributes.key().toString());
      out.append('=');
      Text.quoted(out, Text.of(attributes.value()));
    }
  }
}
