package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.util.stream.Stream;

/** One log record as one document. Not thread-safe. */
final class LogDocuments implements ItemDocuments {
  private static final byte[] LEVEL = JsonBuffer.ascii("\"log.level\":");
  private static final byte[] SEVERITY = JsonBuffer.ascii("\"event.severity\":");
  private static final byte[] MESSAGE = JsonBuffer.ascii("\"message\":");
  private static final byte[] LOGGER = JsonBuffer.ascii("\"log.logger\":");
  private static final byte[] EVENT_NAME = JsonBuffer.ascii("event.name");
  private static final byte[][] LEVELS =
      Stream.of("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
          .map(level -> JsonBuffer.ascii('"' + level + '"'))
          .toArray(byte[][]::new);

  private final ProtoReader reader = new ProtoReader();
  private final Slice level = new Slice();
  private final Slice body = new Slice();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final Slice eventName = new Slice();
  private final Slice logger = new Slice();
  private final AnyValue value = new AnyValue();
  private final KeyValues attributes = new KeyValues();

  @Override
  public void write(OtlpItems items, Envelope envelope, DocumentWriter document) {
    if (items.newScope()) {
      Fields.scopeName(items.scope(), reader, logger);
    }
    long time = 0;
    long observed = 0;
    int severity = 0;
    level.clear();
    body.clear();
    traceId.clear();
    spanId.clear();
    eventName.clear();
    reader.reset(items.item());
    int attributesAt = -1;
    for (int at = reader.position(); reader.next(); at = reader.position()) {
      switch (reader.tag()) {
        case OtlpFields.LOG_ATTRIBUTES -> attributesAt = attributesAt < 0 ? at : attributesAt;
        case OtlpFields.LOG_TIME_UNIX_NANO -> time = reader.value();
        case OtlpFields.LOG_OBSERVED_TIME_UNIX_NANO -> observed = reader.value();
        case OtlpFields.LOG_SEVERITY_NUMBER -> severity = (int) reader.value();
        case OtlpFields.LOG_SEVERITY_TEXT -> reader.slice(level);
        case OtlpFields.LOG_BODY -> reader.slice(body);
        case OtlpFields.LOG_TRACE_ID -> reader.slice(traceId);
        case OtlpFields.LOG_SPAN_ID -> reader.slice(spanId);
        case OtlpFields.LOG_EVENT_NAME -> reader.slice(eventName);
        default -> {}
      }
    }
    document
        .member(Fields.TIMESTAMP)
        .timestamp(Fields.time(time, observed, envelope.receiveTimeUnixNanos()));
    if (!level.isEmpty()) {
      document.member(LEVEL).string(level);
    } else if (severity >= 1 && severity <= 24) {
      document.member(LEVEL).raw(LEVELS[(severity - 1) / 4]);
    }
    if (severity != 0) {
      document.member(SEVERITY).number(severity);
    }
    body(document);
    Fields.id(document, Fields.TRACE_ID, traceId, 16);
    Fields.id(document, Fields.SPAN_ID, spanId, 8);
    if (!logger.isEmpty()) {
      document.member(LOGGER).string(logger);
    }
    if (attributesAt >= 0) {
      document.attributes(attributes.reset(items.item(), OtlpFields.LOG_ATTRIBUTES, attributesAt));
    }
    if (!eventName.isEmpty()) {
      document.labels().add(EVENT_NAME, eventName);
    }
  }

  /**
   * A map spreads over the document as attributes do; what reads like its message is the message.
   */
  private void body(DocumentWriter document) {
    value.reset(body);
    if (value.kind() == AnyValue.Kind.KVLIST) {
      boolean message = false;
      attributes.reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
      while (attributes.next()) {
        Slice key = attributes.key();
        if (!message
            && attributes.value().kind() == AnyValue.Kind.STRING
            && (key.contentEquals("message")
                || key.contentEquals("log")
                || key.contentEquals("msg"))) {
          message = true;
          document.member(MESSAGE).string(attributes.value().bytes());
        } else {
          document.attribute(key, attributes.value());
        }
      }
    } else if (value.kind() != AnyValue.Kind.EMPTY) {
      document.text(MESSAGE, value);
    }
  }
}
