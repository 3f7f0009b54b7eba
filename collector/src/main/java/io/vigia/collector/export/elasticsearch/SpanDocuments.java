package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;

/** One span as one document. Not thread-safe. */
final class SpanDocuments implements ItemDocuments {
  private static final byte[] PARENT_ID = JsonBuffer.ascii("\"parent.id\":");
  private static final byte[] NAME = JsonBuffer.ascii("\"span.name\":");
  private static final byte[] KIND = JsonBuffer.ascii("\"span.kind\":");
  private static final byte[] DURATION = JsonBuffer.ascii("\"event.duration\":");
  private static final byte[] OUTCOME = JsonBuffer.ascii("\"event.outcome\":");
  private static final byte[] STATUS_MESSAGE = JsonBuffer.ascii("\"span.status.message\":");
  private static final byte[] TRACE_STATE = JsonBuffer.ascii("\"span.trace_state\":");
  private static final byte[] EVENTS = JsonBuffer.ascii("\"span.events\":[");
  private static final byte[] LINKS = JsonBuffer.ascii("\"span.links\":[");
  private static final byte[] EVENT_NAME = JsonBuffer.ascii("\"name\":");
  private static final byte[] EVENT_ATTRIBUTES = JsonBuffer.ascii(",\"attributes\":");
  private static final byte[] SCOPE = JsonBuffer.ascii("otel.scope.name");
  private static final String[] KINDS = {
    "unspecified", "internal", "server", "client", "producer", "consumer"
  };
  private static final int ERROR = 2;

  private final ProtoReader reader = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final Slice parentId = new Slice();
  private final Slice traceState = new Slice();
  private final Slice name = new Slice();
  private final Slice status = new Slice();
  private final Slice statusMessage = new Slice();
  private final Slice scope = new Slice();
  private final Slice part = new Slice();
  private final Slice partName = new Slice();
  private final Slice partId = new Slice();
  private final Slice exception = new Slice();
  private final KeyValues attributes = new KeyValues();

  @Override
  public void write(OtlpItems items, Envelope envelope, DocumentWriter document) {
    if (items.newScope()) {
      Fields.scopeName(items.scope(), inner, scope);
    }
    long start = 0;
    long end = 0;
    int kind = 0;
    traceId.clear();
    spanId.clear();
    parentId.clear();
    traceState.clear();
    name.clear();
    status.clear();
    reader.reset(items.item());
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.SPAN_TRACE_ID -> reader.slice(traceId);
        case OtlpFields.SPAN_SPAN_ID -> reader.slice(spanId);
        case OtlpFields.SPAN_PARENT_SPAN_ID -> reader.slice(parentId);
        case OtlpFields.SPAN_TRACE_STATE -> reader.slice(traceState);
        case OtlpFields.SPAN_NAME -> reader.slice(name);
        case OtlpFields.SPAN_KIND -> kind = (int) reader.value();
        case OtlpFields.SPAN_START_TIME_UNIX_NANO -> start = reader.value();
        case OtlpFields.SPAN_END_TIME_UNIX_NANO -> end = reader.value();
        case OtlpFields.SPAN_STATUS -> reader.slice(status);
        default -> {}
      }
    }
    document
        .member(Fields.TIMESTAMP)
        .timestamp(Fields.time(start, end, envelope.receiveTimeUnixNanos()));
    Fields.id(document, Fields.TRACE_ID, traceId, 16);
    Fields.id(document, Fields.SPAN_ID, spanId, 8);
    Fields.id(document, PARENT_ID, parentId, 8);
    document.member(NAME).string(name);
    document.member(KIND).string(kind >= 0 && kind < KINDS.length ? KINDS[kind] : KINDS[0]);
    if (start > 0 && end >= start) {
      document.member(DURATION).number(end - start);
    }
    status(document);
    if (!traceState.isEmpty()) {
      document.member(TRACE_STATE).string(traceState);
    }
    document.attributes(attributes.reset(items.item(), OtlpFields.SPAN_ATTRIBUTES));
    events(items.item(), document);
    links(items.item(), document);
    if (!scope.isEmpty()) {
      document.labels().add(SCOPE, scope);
    }
  }

  private void status(DocumentWriter document) {
    int code = 0;
    statusMessage.clear();
    inner.reset(status);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.STATUS_CODE -> code = (int) inner.value();
        case OtlpFields.STATUS_MESSAGE -> inner.slice(statusMessage);
        default -> {}
      }
    }
    document.member(OUTCOME).string(code == ERROR ? "failure" : "success");
    if (!statusMessage.isEmpty()) {
      document.member(STATUS_MESSAGE).string(statusMessage);
    }
  }

  /** All events as an array; the first exception also as the document's error. */
  private void events(Slice span, DocumentWriter document) {
    JsonBuffer out = null;
    exception.clear();
    reader.reset(span);
    while (reader.next()) {
      if (reader.tag() != OtlpFields.SPAN_EVENTS) {
        continue;
      }
      if (out == null) {
        out = document.member(EVENTS);
      } else {
        out.raw(',');
      }
      event(reader.slice(part), out, document);
    }
    if (out != null) {
      out.raw(']');
    }
    if (!exception.isEmpty()) {
      attributes.reset(exception, OtlpFields.EVENT_ATTRIBUTES);
      while (attributes.next()) {
        if (document.names().of(attributes.key()).field() != null) {
          document.attribute(attributes.key(), attributes.value());
        }
      }
    }
  }

  private void event(Slice event, JsonBuffer out, DocumentWriter document) {
    long time = 0;
    boolean attributed = false;
    partName.clear();
    inner.reset(event);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.EVENT_TIME_UNIX_NANO -> time = inner.value();
        case OtlpFields.EVENT_NAME -> inner.slice(partName);
        case OtlpFields.EVENT_ATTRIBUTES -> attributed = true;
        default -> {}
      }
    }
    out.raw('{');
    if (time > 0) {
      out.raw(Fields.TIMESTAMP);
      out.timestamp(time);
      out.raw(',');
    }
    out.raw(EVENT_NAME);
    out.string(partName);
    if (attributed) {
      out.raw(EVENT_ATTRIBUTES);
      attributes.reset(event, OtlpFields.EVENT_ATTRIBUTES);
      document.values().object(out, attributes, 0);
    }
    out.raw('}');
    if (exception.isEmpty() && partName.contentEquals("exception")) {
      exception.set(event);
    }
  }

  private void links(Slice span, DocumentWriter document) {
    JsonBuffer out = null;
    reader.reset(span);
    while (reader.next()) {
      if (reader.tag() != OtlpFields.SPAN_LINKS) {
        continue;
      }
      if (out == null) {
        out = document.member(LINKS);
      } else {
        out.raw(',');
      }
      link(reader.slice(part), out, document);
    }
    if (out != null) {
      out.raw(']');
    }
  }

  private void link(Slice link, JsonBuffer out, DocumentWriter document) {
    boolean attributed = false;
    out.raw('{');
    partId.clear();
    partName.clear();
    inner.reset(link);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.LINK_TRACE_ID -> inner.slice(partId);
        case OtlpFields.LINK_SPAN_ID -> inner.slice(partName);
        case OtlpFields.LINK_ATTRIBUTES -> attributed = true;
        default -> {}
      }
    }
    out.raw(Fields.TRACE_ID);
    out.hex(partId);
    out.raw(',');
    out.raw(Fields.SPAN_ID);
    out.hex(partName);
    if (attributed) {
      out.raw(EVENT_ATTRIBUTES);
      document.values().object(out, attributes.reset(link, OtlpFields.LINK_ATTRIBUTES), 0);
    }
    out.raw('}');
  }
}
