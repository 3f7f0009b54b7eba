package io.vigia.collector.otlp;

/**
 * A flyweight on a {@code Span}; attributes by {@link KeyValues} with {@link
 * OtlpFields#SPAN_ATTRIBUTES}. Source: opentelemetry/proto/trace/v1/trace.proto. Not thread-safe.
 */
public final class SpanView {
  private final ProtoReader reader = new ProtoReader();
  private final ProtoReader inner = new ProtoReader();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final Slice parentSpanId = new Slice();
  private final Slice traceState = new Slice();
  private final Slice name = new Slice();
  private final Slice statusMessage = new Slice();
  private int kind;
  private int statusCode;
  private int flags;
  private long startTimeUnixNanos;
  private long endTimeUnixNanos;

  public SpanView reset(Slice span) {
    traceId.clear();
    spanId.clear();
    parentSpanId.clear();
    traceState.clear();
    name.clear();
    statusMessage.clear();
    kind = statusCode = flags = 0;
    startTimeUnixNanos = endTimeUnixNanos = 0;
    reader.reset(span);
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.SPAN_TRACE_ID -> reader.slice(traceId);
        case OtlpFields.SPAN_SPAN_ID -> reader.slice(spanId);
        case OtlpFields.SPAN_PARENT_SPAN_ID -> reader.slice(parentSpanId);
        case OtlpFields.SPAN_TRACE_STATE -> reader.slice(traceState);
        case OtlpFields.SPAN_NAME -> reader.slice(name);
        case OtlpFields.SPAN_KIND -> kind = (int) reader.value();
        case OtlpFields.SPAN_START_TIME_UNIX_NANO -> startTimeUnixNanos = reader.value();
        case OtlpFields.SPAN_END_TIME_UNIX_NANO -> endTimeUnixNanos = reader.value();
        case OtlpFields.SPAN_FLAGS -> flags = (int) reader.value();
        case OtlpFields.SPAN_STATUS -> status();
        default -> {}
      }
    }
    return this;
  }

  private void status() {
    reader.enter(inner);
    while (inner.next()) {
      switch (inner.tag()) {
        case OtlpFields.STATUS_CODE -> statusCode = (int) inner.value();
        case OtlpFields.STATUS_MESSAGE -> inner.slice(statusMessage);
        default -> {}
      }
    }
  }

  /** 16 bytes, or empty. */
  public Slice traceId() {
    return traceId;
  }

  /** 8 bytes, or empty. */
  public Slice spanId() {
    return spanId;
  }

  /** 8 bytes, or empty for a root. */
  public Slice parentSpanId() {
    return parentSpanId;
  }

  public Slice traceState() {
    return traceState;
  }

  public Slice name() {
    return name;
  }

  /** {@code SpanKind}: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  public int kind() {
    return kind;
  }

  public long startTimeUnixNanos() {
    return startTimeUnixNanos;
  }

  public long endTimeUnixNanos() {
    return endTimeUnixNanos;
  }

  /** {@code StatusCode}: 0 unset, 1 ok, 2 error. */
  public int statusCode() {
    return statusCode;
  }

  public Slice statusMessage() {
    return statusMessage;
  }

  /** W3C trace flags in the low 8 bits. */
  public int flags() {
    return flags;
  }
}
