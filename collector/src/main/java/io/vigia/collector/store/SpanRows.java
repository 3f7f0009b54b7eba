package io.vigia.collector.store;

import io.vigia.collector.otlp.JsonText;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.sql.SQLException;
import org.duckdb.DuckDBAppender;

/** Writes one {@code Span} message as a row of {@code spans}. Reusable, not thread-safe. */
final class SpanRows {
  private static final int KIND_CLIENT = 3;
  private static final int KIND_PRODUCER = 4;

  private final ProtoReader span = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final KeyValues attributes = new KeyValues();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final Slice parentId = new Slice();
  private final Slice name = new Slice();
  private final Slice statusMessage = new Slice();
  private final Slice part = new Slice();
  private final JsonText json = new JsonText();
  private final JsonText events = new JsonText();
  private final JsonText links = new JsonText();
  private final Peer peer = new Peer();

  /** Appends the row and returns the span's start, nanoseconds since the Unix epoch. */
  long append(Slice message, String scope, Resources.Info resource, DuckDBAppender row)
      throws SQLException {
    int kind = 0;
    int status = 0;
    long start = 0;
    long end = 0;
    traceId.clear();
    spanId.clear();
    parentId.clear();
    name.clear();
    statusMessage.clear();
    events.clear();
    links.clear();
    span.reset(message);
    while (span.next()) {
      switch (span.tag()) {
        case OtlpFields.SPAN_TRACE_ID -> span.slice(traceId);
        case OtlpFields.SPAN_SPAN_ID -> span.slice(spanId);
        case OtlpFields.SPAN_PARENT_SPAN_ID -> span.slice(parentId);
        case OtlpFields.SPAN_NAME -> span.slice(name);
        case OtlpFields.SPAN_KIND -> kind = (int) span.value();
        case OtlpFields.SPAN_START_TIME_UNIX_NANO -> start = span.value();
        case OtlpFields.SPAN_END_TIME_UNIX_NANO -> end = span.value();
        case OtlpFields.SPAN_EVENTS -> event(span.slice(part));
        case OtlpFields.SPAN_LINKS -> link(span.slice(part));
        case OtlpFields.SPAN_STATUS -> status = status(span.slice(part));
        default -> {}
      }
    }
    peer.clear();
    attributes.reset(message, OtlpFields.SPAN_ATTRIBUTES);
    while (attributes.next()) {
      peer.see(attributes.key(), attributes.value());
    }
    boolean outgoing = kind == KIND_CLIENT || kind == KIND_PRODUCER;
    row.beginRow();
    Row.traceId(row, traceId.array(), traceId.offset(), traceId.length());
    row.append(Row.spanId(spanId.array(), spanId.offset(), spanId.length()));
    row.append(Row.spanId(parentId.array(), parentId.offset(), parentId.length()));
    row.append(start);
    // clocks that step back give spans that end before they begin
    row.append(Math.max(0, end - start));
    row.append(resource.service());
    row.append(name.toString());
    row.append((byte) Math.max(0, Math.min(5, kind)));
    row.append((byte) Math.max(0, Math.min(2, status)));
    Row.text(row, statusMessage.toString());
    Row.text(row, outgoing ? peer.name() : "");
    Row.text(row, outgoing ? peer.kind() : "");
    if (peer.httpStatus() > 0) {
      row.append((short) peer.httpStatus());
    } else {
      row.appendNull();
    }
    row.append(scope);
    row.append(resource.id());
    row.append(json.clear().attributes(message, OtlpFields.SPAN_ATTRIBUTES).toString());
    array(row, events);
    array(row, links);
    row.endRow();
    return start;
  }

  private static void array(DuckDBAppender row, JsonText elements) throws SQLException {
    if (elements.size() == 0) {
      row.appendNull();
    } else {
      row.append(elements.raw(']').toString());
    }
  }

  private int status(Slice message) {
    int code = 0;
    inner.reset(message);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.STATUS_CODE -> code = (int) inner.value();
        case OtlpFields.STATUS_MESSAGE -> inner.slice(statusMessage);
        default -> {}
      }
    }
    return code;
  }

  private void event(Slice message) {
    events.raw(events.size() == 0 ? '[' : ',').raw('{');
    Slice eventName = new Slice();
    long time = 0;
    inner.reset(message);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.EVENT_NAME -> inner.slice(eventName);
        case OtlpFields.EVENT_TIME_UNIX_NANO -> time = inner.value();
        default -> {}
      }
    }
    events.member("name").string(eventName).raw(',');
    events.member("timeUnixMicros").number(Math.floorDiv(time, 1000)).raw(',');
    events.member("attributes").attributes(message, OtlpFields.EVENT_ATTRIBUTES).raw('}');
  }

  private void link(Slice message) {
    links.raw(links.size() == 0 ? '[' : ',').raw('{');
    Slice linkTrace = new Slice();
    Slice linkSpan = new Slice();
    inner.reset(message);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.LINK_TRACE_ID -> inner.slice(linkTrace);
        case OtlpFields.LINK_SPAN_ID -> inner.slice(linkSpan);
        default -> {}
      }
    }
    links.member("traceId").string(linkTrace.hex()).raw(',');
    links.member("spanId").string(linkSpan.hex()).raw(',');
    links.member("attributes").attributes(message, OtlpFields.LINK_ATTRIBUTES).raw('}');
  }
}
