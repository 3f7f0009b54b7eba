package io.vigia.agent.extension.logs;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import java.util.List;

/**
 * One log event as the map that the collector expects (collector/docs/forward.md): {@code message,
 * level, logger, thread, trace_id, span_id, trace_flags, exception.type, exception.message,
 * exception.stacktrace, attributes, resource}; a key without a value is left out.
 */
final class ForwardRecord {

  private static final String THREAD = "thread.name";
  private static final String EXCEPTION = "exception.";
  private static final AttributeKey<String> EVENT = AttributeKey.stringKey("event.name");

  /** The resource is the same for every event, so it is encoded once. */
  static byte[] encodeResource(Attributes resource) {
    MsgPackWriter writer = new MsgPackWriter(512);
    writer.mapHeader(resource.size());
    resource.forEach((key, value) -> entry(writer, key, value));
    return writer.toByteArray();
  }

  static byte[] encode(LogRecordData record, byte[] resource) {
    Attributes attributes = record.getAttributes();
    SpanContext span = record.getSpanContext();
    String level = level(record);
    String logger = record.getInstrumentationScopeInfo().getName();
    Value<?> body = record.getBodyValue();
    int[] top = {0};
    attributes.forEach((key, value) -> top[0] += isTop(key.getKey()) ? 1 : 0);
    int others = attributes.size() - top[0];
    // as the collector writes it; an attribute of that name is the older way to say the same
    String event = attributes.get(EVENT) == null ? record.getEventName() : null;
    others += event == null ? 0 : 1;
    int entries =
        top[0]
            + (body == null ? 0 : 1)
            + (level.isEmpty() ? 0 : 1)
            + (logger.isEmpty() ? 0 : 1)
            + (span.isValid() ? 3 : 0)
            + (others == 0 ? 0 : 1)
            + 1;
    MsgPackWriter writer = new MsgPackWriter(256 + resource.length);
    writer.mapHeader(entries);
    if (body != null) {
      writer.string("message").string(body.asString());
    }
    if (!level.isEmpty()) {
      writer.string("level").string(level);
    }
    if (!logger.isEmpty()) {
      writer.string("logger").string(logger);
    }
    if (span.isValid()) {
      writer.string("trace_id").string(span.getTraceId());
      writer.string("span_id").string(span.getSpanId());
      writer.string("trace_flags").string(span.getTraceFlags().asHex());
    }
    attributes.forEach(
        (key, value) -> {
          if (isTop(key.getKey())) {
            writer.string(key.getKey().equals(THREAD) ? "thread" : key.getKey());
            writer.string(String.valueOf(value));
          }
        });
    if (others > 0) {
      writer.string("attributes").mapHeader(others);
      if (event != null) {
        writer.string(EVENT.getKey()).string(event);
      }
      attributes.forEach(
          (key, value) -> {
            if (!isTop(key.getKey())) {
              entry(writer, key, value);
            }
          });
    }
    writer.string("resource").raw(resource, resource.length);
    return writer.toByteArray();
  }

  private static String level(LogRecordData record) {
    String text = record.getSeverityText();
    if (text != null) {
      return text;
    }
    Severity severity = record.getSeverity();
    return severity == Severity.UNDEFINED_SEVERITY_NUMBER ? "" : severity.name();
  }

  private static boolean isTop(String key) {
    return key.equals(THREAD) || key.startsWith(EXCEPTION);
  }

  private static void entry(MsgPackWriter writer, AttributeKey<?> key, Object value) {
    writer.string(key.getKey());
    value(writer, value);
  }

  private static void value(MsgPackWriter writer, Object value) {
    if (value instanceof String) {
      writer.string((String) value);
    } else if (value instanceof Long) {
      writer.integer((Long) value);
    } else if (value instanceof Double) {
      writer.real((Double) value);
    } else if (value instanceof Boolean) {
      writer.bool((Boolean) value);
    } else if (value instanceof List) {
      List<?> list = (List<?>) value;
      writer.arrayHeader(list.size());
      list.forEach(element -> value(writer, element));
    } else if (value instanceof Value) {
      writer.string(((Value<?>) value).asString());
    } else {
      writer.string(String.valueOf(value));
    }
  }

  private ForwardRecord() {}
}
