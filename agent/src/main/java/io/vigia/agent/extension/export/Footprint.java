package io.vigia.agent.extension.export;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.logs.data.LogRecordData;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** About how many bytes of heap an item holds: what is fixed, and its texts. */
final class Footprint {
  private static final int ITEM = 400;
  private static final int PART = 100;

  private Footprint() {}

  static int of(SpanData span) {
    long bytes = ITEM + of(span.getName()) + of(span.getStatus().getDescription());
    bytes += of(span.getAttributes());
    for (EventData event : span.getEvents()) {
      bytes += PART + of(event.getName()) + of(event.getAttributes());
    }
    for (LinkData link : span.getLinks()) {
      bytes += PART + of(link.getAttributes());
    }
    return clamped(bytes);
  }

  static int of(LogRecordData log) {
    long bytes = ITEM + of(log.getAttributes());
    if (log.getBodyValue() != null) {
      bytes += of(log.getBodyValue().asString());
    }
    return clamped(bytes);
  }

  private static int clamped(long bytes) {
    return (int) Math.min(bytes, Integer.MAX_VALUE);
  }

  private static long of(Attributes attributes) {
    long[] bytes = {0};
    attributes.forEach((key, value) -> bytes[0] += PART + of(value));
    return bytes[0];
  }

  private static long of(@Nullable Object value) {
    if (value instanceof String) {
      return ((String) value).length();
    }
    if (value instanceof Collection) {
      long bytes = 0;
      for (Object each : (Collection<?>) value) {
        bytes += 16 + of(each);
      }
      return bytes;
    }
    return 0;
  }
}
