package io.vigia.collector.receive.containers;

import io.vigia.collector.core.UnixTime;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes events as an OTLP logs request, consecutive ones of a series together. Reusable, not
 * thread-safe.
 */
final class RecordWriter {
  private static final int KEPT_BYTES = 4 << 20;

  private final ProtoWriter out = new ProtoWriter(64 << 10);
  private final LineFacts facts = new LineFacts();
  private @Nullable Series series;
  private int resourceMark;
  private int scopeMark;
  private int items;

  int size() {
    return out.size();
  }

  int items() {
    return items;
  }

  /** Valid until the next call; only after {@link #endSeries}. */
  ByteBuffer toByteBuffer() {
    return out.toByteBuffer();
  }

  void clear() {
    out.clear(KEPT_BYTES);
    series = null;
    items = 0;
  }

  /** Goes back to what {@link #size} and {@link #items} were, between two series. */
  void truncate(int size, int items) {
    out.truncate(size);
    this.items = items;
  }

  void endSeries() {
    if (series != null) {
      out.end(scopeMark);
      out.end(resourceMark);
      series = null;
    }
  }

  private void begin(Series next) {
    endSeries();
    series = next;
    resourceMark = out.begin(OtlpFields.REQUEST_RESOURCE_GROUPS, 1 << 14);
    int resource = out.begin(OtlpFields.RESOURCE_GROUP_RESOURCE, 1 << 8);
    for (Map.Entry<String, Object> each : next.attributes().entrySet()) {
      int attribute = out.begin(OtlpFields.RESOURCE_ATTRIBUTES);
      out.string(OtlpFields.KEY_VALUE_KEY, each.getKey());
      int value = out.begin(OtlpFields.KEY_VALUE_VALUE);
      if (each.getValue() instanceof Long number) {
        out.varint(OtlpFields.ANY_VALUE_INT_VALUE, number);
      } else {
        out.string(OtlpFields.ANY_VALUE_STRING_VALUE, each.getValue().toString());
      }
      out.end(value);
      out.end(attribute);
    }
    out.end(resource);
    scopeMark = out.begin(OtlpFields.RESOURCE_GROUP_SCOPE_GROUPS, 1 << 14);
  }

  void add(Series of, Event event) {
    if (series != of) {
      begin(of);
    }
    facts.read(event.array(), event.offset(), event.length());
    int log = out.begin(OtlpFields.SCOPE_GROUP_ITEMS, 1 << 7);
    if (event.timeUnixNanos() != 0) {
      out.fixed64(OtlpFields.LOG_TIME_UNIX_NANO, event.timeUnixNanos());
    }
    out.fixed64(OtlpFields.LOG_OBSERVED_TIME_UNIX_NANO, UnixTime.nowNanos());
    if (facts.severity() != 0) {
      out.varint(OtlpFields.LOG_SEVERITY_NUMBER, facts.severity());
      out.string(OtlpFields.LOG_SEVERITY_TEXT, facts.level());
    }
    int body = out.begin(OtlpFields.LOG_BODY, 1 << 7);
    out.text(OtlpFields.ANY_VALUE_STRING_VALUE, event.array(), event.offset(), event.length());
    out.end(body);
    attribute("log.iostream", event.stderr() ? "stderr" : "stdout");
    byte[] traceId = facts.traceId();
    if (traceId != null) {
      out.bytes(OtlpFields.LOG_TRACE_ID, traceId);
      byte[] spanId = facts.spanId();
      if (spanId != null) {
        out.bytes(OtlpFields.LOG_SPAN_ID, spanId);
      }
    }
    out.end(log);
    items++;
  }

  private void attribute(String key, String value) {
    int attribute = out.begin(OtlpFields.LOG_ATTRIBUTES);
    out.string(OtlpFields.KEY_VALUE_KEY, key);
    int any = out.begin(OtlpFields.KEY_VALUE_VALUE);
    out.string(OtlpFields.ANY_VALUE_STRING_VALUE, value);
    out.end(any);
    out.end(attribute);
  }
}
