package io.vigia.collector.export.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.otlp.SpanView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes OTLP spans as Jaeger's {@code PostSpansRequest}s, one for consecutive spans of the same
 * resource. Not thread-safe.
 *
 * <p>Sources: jaeger-idl, {@code api_v2/model.proto} (field numbers beside the constants);
 * opentelemetry.io, "OpenTelemetry to Jaeger Transformation" (what becomes a tag of which name).
 */
final class JaegerSpans {
  private static final int REQUEST_BATCH = len(1);
  private static final int BATCH_SPANS = len(1);
  private static final int BATCH_PROCESS = len(2);
  private static final int PROCESS_SERVICE_NAME = len(1);
  private static final int PROCESS_TAGS = len(2);
  private static final int SPAN_TRACE_ID = len(1);
  private static final int SPAN_SPAN_ID = len(2);
  private static final int SPAN_OPERATION_NAME = len(3);
  private static final int SPAN_REFERENCES = len(4);
  private static final int SPAN_FLAGS = varint(5);
  private static final int SPAN_START_TIME = len(6);
  private static final int SPAN_DURATION = len(7);
  private static final int SPAN_TAGS = len(8);
  private static final int SPAN_LOGS = len(9);
  private static final int REFERENCE_TRACE_ID = len(1);
  private static final int REFERENCE_SPAN_ID = len(2);
  private static final int REFERENCE_TYPE = varint(3);
  private static final int FOLLOWS_FROM = 1;
  private static final int LOG_TIMESTAMP = len(1);
  private static final int LOG_FIELDS = len(2);
  private static final int TIME_SECONDS = varint(1);
  private static final int TIME_NANOS = varint(2);

  private final OtlpItems items = new OtlpItems();
  private final SpanView span = new SpanView();
  private final KeyValues attributes = new KeyValues();
  private final ProtoReader reader = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final Slice resource = new Slice();
  private final Slice part = new Slice();
  private final Slice scopeName = new Slice();
  private final Slice scopeVersion = new Slice();
  private final ProtoWriter out = new ProtoWriter(64 << 10);
  private final JaegerTags tags = new JaegerTags(out);

  static int len(int field) {
    return field << 3 | ProtoReader.LEN;
  }

  static int varint(int field) {
    return field << 3 | ProtoReader.VARINT;
  }

  List<ByteBuf> requests(ByteBuffer otlp) {
    List<ByteBuf> requests = new ArrayList<>();
    items.reset(Signal.TRACES, otlp);
    int batch = -1;
    while (items.next()) {
      if (batch < 0 || (items.newResource() && !resource.contentEquals(items.resource()))) {
        resource.set(items.resource());
        finish(batch, requests);
        batch = out.begin(REQUEST_BATCH, 1 << 20);
        process();
      }
      if (items.newScope()) {
        scope();
      }
      span();
    }
    finish(batch, requests);
    return requests;
  }

  private void finish(int batch, List<ByteBuf> requests) {
    if (batch >= 0) {
      out.end(batch);
      requests.add(Unpooled.wrappedBuffer(out.toByteArray()));
      out.clear();
    }
  }

  private void process() {
    int process = out.begin(BATCH_PROCESS, 1 << 8);
    part.clear();
    attributes.reset(items.resource(), OtlpFields.RESOURCE_ATTRIBUTES);
    while (attributes.next()) {
      if (attributes.key().contentEquals("service.name")) {
        part.set(attributes.value().bytes());
      } else {
        tags.attribute(PROCESS_TAGS, attributes);
      }
    }
    if (part.isEmpty()) {
      out.string(PROCESS_SERVICE_NAME, "unknown_service");
    } else {
      out.bytes(PROCESS_SERVICE_NAME, part);
    }
    out.end(process);
  }

  private void scope() {
    scopeName.clear();
    scopeVersion.clear();
    reader.reset(items.scope());
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.SCOPE_NAME -> reader.slice(scopeName);
        case OtlpFields.SCOPE_VERSION -> reader.slice(scopeVersion);
        default -> {}
      }
    }
  }

  private void span() {
    span.reset(items.item());
    int begun = out.begin(BATCH_SPANS, 1 << 9);
    out.bytes(SPAN_TRACE_ID, span.traceId());
    out.bytes(SPAN_SPAN_ID, span.spanId());
    out.bytes(SPAN_OPERATION_NAME, span.name());
    if (!span.parentSpanId().isEmpty()) {
      reference(span.traceId(), span.parentSpanId(), 0);
    }
    out.varint(SPAN_FLAGS, 1); // what arrives here was sampled
    time(SPAN_START_TIME, span.startTimeUnixNanos());
    time(SPAN_DURATION, Math.max(0, span.endTimeUnixNanos() - span.startTimeUnixNanos()));
    attributes.reset(items.item(), OtlpFields.SPAN_ATTRIBUTES);
    while (attributes.next()) {
      tags.attribute(SPAN_TAGS, attributes);
    }
    ownTags();
    reader.reset(items.item());
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.SPAN_LINKS -> link();
        case OtlpFields.SPAN_EVENTS -> event();
        case OtlpFields.SPAN_DROPPED_ATTRIBUTES_COUNT ->
            tags.number(SPAN_TAGS, "otel.dropped_attributes_count", reader.value());
        case OtlpFields.SPAN_DROPPED_EVENTS_COUNT ->
            tags.number(SPAN_TAGS, "otel.dropped_events_count", reader.value());
        case OtlpFields.SPAN_DROPPED_LINKS_COUNT ->
            tags.number(SPAN_TAGS, "otel.dropped_links_count", reader.value());
        default -> {}
      }
    }
    out.end(begun);
  }

  private void ownTags() {
    String kind =
        switch (span.kind()) {
          case 1 -> "internal";
          case 2 -> "server";
          case 3 -> "client";
          case 4 -> "producer";
          case 5 -> "consumer";
          default -> "";
        };
    if (!kind.isEmpty()) {
      tags.text(SPAN_TAGS, "span.kind", kind);
    }
    if (span.statusCode() != 0) {
      tags.text(SPAN_TAGS, "otel.status_code", span.statusCode() == 2 ? "ERROR" : "OK");
    }
    if (span.statusCode() == 2) {
      tags.flag(SPAN_TAGS, "error");
    }
    tags.text(SPAN_TAGS, "otel.status_description", span.statusMessage());
    tags.text(SPAN_TAGS, "w3c.tracestate", span.traceState());
    tags.text(SPAN_TAGS, "otel.scope.name", scopeName);
    tags.text(SPAN_TAGS, "otel.scope.version", scopeVersion);
  }

  private void link() {
    reader.enter(inner);
    Slice traceId = new Slice();
    part.clear();
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.LINK_TRACE_ID -> inner.slice(traceId);
        case OtlpFields.LINK_SPAN_ID -> inner.slice(part);
        default -> {}
      }
    }
    reference(traceId, part, FOLLOWS_FROM);
  }

  private void reference(Slice traceId, Slice spanId, int type) {
    int begun = out.begin(SPAN_REFERENCES);
    out.bytes(REFERENCE_TRACE_ID, traceId);
    out.bytes(REFERENCE_SPAN_ID, spanId);
    if (type != 0) {
      out.varint(REFERENCE_TYPE, type);
    }
    out.end(begun);
  }

  private void event() {
    reader.enter(inner);
    long time = 0;
    part.clear();
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.EVENT_TIME_UNIX_NANO -> time = inner.value();
        case OtlpFields.EVENT_NAME -> inner.slice(part);
        default -> {}
      }
    }
    int begun = out.begin(SPAN_LOGS, 1 << 8);
    time(LOG_TIMESTAMP, time);
    boolean named = false;
    attributes.reset(reader.slice(new Slice()), OtlpFields.EVENT_ATTRIBUTES);
    while (attributes.next()) {
      named |= attributes.key().contentEquals("event");
      tags.attribute(LOG_FIELDS, attributes);
    }
    if (!named) {
      tags.text(LOG_FIELDS, "event", part);
    }
    out.end(begun);
  }

  /** A {@code Timestamp} or a {@code Duration}: they look the same. */
  private void time(int tag, long nanos) {
    int begun = out.begin(tag);
    out.varint(TIME_SECONDS, nanos / 1_000_000_000);
    out.varint(TIME_NANOS, nanos % 1_000_000_000);
    out.end(begun);
  }
}
