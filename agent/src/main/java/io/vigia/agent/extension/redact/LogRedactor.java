package io.vigia.agent.extension.redact;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.Value;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.resources.Resource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Cleans one log event: its text, its name and its attributes. Thread-safe. */
public final class LogRedactor {

  private final Redactor redactor;

  public LogRedactor(Redactor redactor) {
    this.redactor = redactor;
  }

  /** The same instance when nothing had to be replaced. */
  public LogRecordData clean(LogRecordData log) {
    Attributes attributes = redactor.attributes(log.getAttributes());
    Value<?> body = log.getBodyValue();
    String text = body == null ? "" : body.asString();
    String clean = redactor.text(text);
    String event = log.getEventName();
    String cleanEvent = event == null ? null : redactor.text(event);
    if (attributes == log.getAttributes()
        && clean.equals(text)
        && Objects.equals(cleanEvent, event)) {
      return log;
    }
    return new CleanLog(log, attributes, clean.equals(text) ? body : Value.of(clean), cleanEvent);
  }

  private static final class CleanLog implements LogRecordData {
    private final LogRecordData log;
    private final Attributes attributes;
    private final @Nullable Value<?> body;
    private final @Nullable String event;

    CleanLog(
        LogRecordData log, Attributes attributes, @Nullable Value<?> body, @Nullable String event) {
      this.event = event;
      this.log = log;
      this.attributes = attributes;
      this.body = body;
    }

    @Override
    public Resource getResource() {
      return log.getResource();
    }

    @Override
    public InstrumentationScopeInfo getInstrumentationScopeInfo() {
      return log.getInstrumentationScopeInfo();
    }

    @Override
    public long getTimestampEpochNanos() {
      return log.getTimestampEpochNanos();
    }

    @Override
    public long getObservedTimestampEpochNanos() {
      return log.getObservedTimestampEpochNanos();
    }

    @Override
    public SpanContext getSpanContext() {
      return log.getSpanContext();
    }

    @Override
    public Severity getSeverity() {
      return log.getSeverity();
    }

    @Override
    public @Nullable String getSeverityText() {
      return log.getSeverityText();
    }

    @Override
    @Deprecated
    public io.opentelemetry.sdk.logs.data.Body getBody() {
      return body == null
          ? io.opentelemetry.sdk.logs.data.Body.empty()
          : io.opentelemetry.sdk.logs.data.Body.string(body.asString());
    }

    @Override
    public @Nullable Value<?> getBodyValue() {
      return body;
    }

    @Override
    public Attributes getAttributes() {
      return attributes;
    }

    @Override
    public int getTotalAttributeCount() {
      return log.getTotalAttributeCount();
    }

    @Override
    public @Nullable String getEventName() {
      return event;
    }
  }
}
