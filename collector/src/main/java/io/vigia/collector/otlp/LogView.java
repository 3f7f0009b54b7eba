package io.vigia.collector.otlp;

/**
 * A flyweight on a {@code LogRecord}; attributes by {@link KeyValues} with {@link
 * OtlpFields#LOG_ATTRIBUTES}. Source: opentelemetry/proto/logs/v1/logs.proto. Not thread-safe.
 */
public final class LogView {
  private final ProtoReader reader = new ProtoReader();
  private final Slice severityText = new Slice();
  private final Slice bodyBytes = new Slice();
  private final AnyValue body = new AnyValue();
  private final Slice traceId = new Slice();
  private final Slice spanId = new Slice();
  private final Slice eventName = new Slice();
  private long timeUnixNanos;
  private long observedTimeUnixNanos;
  private int severityNumber;
  private int flags;

  public LogView reset(Slice log) {
    severityText.clear();
    bodyBytes.clear();
    traceId.clear();
    spanId.clear();
    eventName.clear();
    timeUnixNanos = observedTimeUnixNanos = 0;
    severityNumber = flags = 0;
    reader.reset(log);
    while (reader.next()) {
      switch (reader.tag()) {
        case OtlpFields.LOG_TIME_UNIX_NANO -> timeUnixNanos = reader.value();
        case OtlpFields.LOG_OBSERVED_TIME_UNIX_NANO -> observedTimeUnixNanos = reader.value();
        case OtlpFields.LOG_SEVERITY_NUMBER -> severityNumber = (int) reader.value();
        case OtlpFields.LOG_SEVERITY_TEXT -> reader.slice(severityText);
        case OtlpFields.LOG_BODY -> reader.slice(bodyBytes);
        case OtlpFields.LOG_FLAGS -> flags = (int) reader.value();
        case OtlpFields.LOG_TRACE_ID -> reader.slice(traceId);
        case OtlpFields.LOG_SPAN_ID -> reader.slice(spanId);
        case OtlpFields.LOG_EVENT_NAME -> reader.slice(eventName);
        default -> {}
      }
    }
    body.reset(bodyBytes);
    return this;
  }

  /** When it happened, or 0 when the sender did not say. */
  public long timeUnixNanos() {
    return timeUnixNanos;
  }

  /** When it was seen, or 0 when the sender did not say. */
  public long observedTimeUnixNanos() {
    return observedTimeUnixNanos;
  }

  /** {@code SeverityNumber}: 1 trace, 5 debug, 9 info, 13 warn, 17 error, 21 fatal, 0 unknown. */
  public int severityNumber() {
    return severityNumber;
  }

  public Slice severityText() {
    return severityText;
  }

  public AnyValue body() {
    return body;
  }

  /** 16 bytes, or empty. */
  public Slice traceId() {
    return traceId;
  }

  /** 8 bytes, or empty. */
  public Slice spanId() {
    return spanId;
  }

  public Slice eventName() {
    return eventName;
  }

  /** W3C trace flags in the low 8 bits. */
  public int flags() {
    return flags;
  }
}
