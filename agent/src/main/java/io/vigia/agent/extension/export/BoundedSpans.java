package io.vigia.agent.extension.export;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vigia.agent.boot.Console;
import java.util.Collection;

/** In front of the SDK's batch processor: no more spans than fit. As thread-safe as the next. */
final class BoundedSpans implements SpanProcessor {
  private final SpanProcessor next;
  private final QueueBound bound;
  private final LastFlush last;

  BoundedSpans(SpanProcessor next, QueueBound bound) {
    this.next = next;
    this.bound = bound;
    last = new LastFlush(next::forceFlush, next::shutdown);
  }

  @Override
  public void onStart(Context parentContext, ReadWriteSpan span) {
    next.onStart(parentContext, span);
  }

  @Override
  public boolean isStartRequired() {
    return next.isStartRequired();
  }

  @Override
  public void onEnd(ReadableSpan span) {
    if (fitsUnlessFailing(span)) {
      next.onEnd(span);
    }
  }

  /** Upstream lets what a processor throws out of the application's {@code span.end()}. */
  private boolean fitsUnlessFailing(ReadableSpan span) {
    try {
      return fits(span);
    } catch (Throwable e) {
      Console.harmless(e);
      return true; // the processor's own queue is bounded, too
    }
  }

  private boolean fits(ReadableSpan span) {
    boolean queued = span.getSpanContext().isSampled(); // the processor leaves out others
    return !queued || bound.admit(Footprint.of(span.toSpanData()));
  }

  @Override
  public boolean isEndRequired() {
    return next.isEndRequired();
  }

  @Override
  public CompletableResultCode forceFlush() {
    return last.flush();
  }

  @Override
  public CompletableResultCode shutdown() {
    return last.shutdown();
  }

  /** Behind the processor. */
  static final class Exporter implements SpanExporter {
    private final SpanExporter next;
    private final QueueBound bound;

    Exporter(SpanExporter next, QueueBound bound) {
      this.next = next;
      this.bound = bound;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int items = spans.size();
      boolean begun = false;
      try {
        CompletableResultCode result = next.export(spans);
        begun = true;
        return result.whenComplete(() -> bound.release(items));
      } finally {
        if (!begun) {
          bound.release(items); // the processor has given them up, too
        }
      }
    }

    @Override
    public CompletableResultCode flush() {
      return next.flush();
    }

    @Override
    public CompletableResultCode shutdown() {
      return next.shutdown();
    }
  }
}
