package io.vigia.collector.store;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.JsonText;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;

/** Writes one OTLP {@code LogRecord} as a row of {@code logs}. Reusable, not thread-safe. */
final class LogRows {
  private final ProtoReader record = new ProtoReader();
  private final AnyValue body = new AnyValue();
  private final Slice bodyBytes = new Slice();
  private final Slice severityText = new Slice();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final JsonText json = new JsonText();

  /**
   * Appends the row and returns the record's time, nanoseconds since the Unix epoch: its own, or
   * when it was observed, or when it was received.
   */
  long append(
      Slice message,
      long seq,
      long receiveTimeUnixNanos,
      String scope,
      Resources.Info resource,
      DuckDBAppender row)
      throws SQLException {
    long time = 0;
    long observed = 0;
    int severity = 0;
    bodyBytes.clear();
    severityText.clear();
    traceId.clear();
    spanId.clear();
    record.reset(message);
    while (record.next()) {
      switch (record.tag()) {
        case OtlpFields.LOG_TIME_UNIX_NANO -> time = record.value();
        case OtlpFields.LOG_OBSERVED_TIME_UNIX_NANO -> observed = record.value();
        case OtlpFields.LOG_SEVERITY_NUMBER -> severity = (int) record.value();
        case OtlpFields.LOG_SEVERITY_TEXT -> record.slice(severityText);
        case OtlpFields.LOG_BODY -> record.slice(bodyBytes);
        case OtlpFields.LOG_TRACE_ID -> record.slice(traceId);
        case OtlpFields.LOG_SPAN_ID -> record.slice(spanId);
        default -> {}
      }
    }
    long when = time != 0 ? time : observed != 0 ? observed : receiveTimeUnixNanos;
    String text = severityText.toString();
    int number = severity > 0 && severity <= 24 ? severity : Severity.numberOf(text);
    row.beginRow();
    row.append(seq);
    row.append(when);
    row.append(resource.service());
    row.append((byte) number);
    Row.text(row, text);
    row.append(body());
    Row.traceId(row, traceId.array(), traceId.offset(), traceId.length());
    row.append(Row.spanId(spanId.array(), spanId.offset(), spanId.length()));
    row.append(scope);
    row.append(resource.id());
    row.append(json.clear().attributes(message, OtlpFields.LOG_ATTRIBUTES).toString());
    row.endRow();
    return when;
  }

  private String body() {
    if (bodyBytes.isEmpty()) {
      return "";
    }
    body.reset(bodyBytes);
    return switch (body.kind()) {
      case STRING -> body.bytes().toString();
      case EMPTY -> "";
      default -> json.clear().value(body).toString();
    };
  }
}
