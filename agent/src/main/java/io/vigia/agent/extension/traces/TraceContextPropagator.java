package io.vigia.agent.extension.traces;

import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * W3C Trace Context as upstream reads and writes it, but with headers that are there several times
 * handled as the specification says: a second {@code traceparent} makes both void (3.2), several
 * {@code tracestate} are one list (3.3), of a key that is given twice the first value stays.
 * Upstream takes the first header and leaves the others out. Thread-safe.
 */
final class TraceContextPropagator implements TextMapPropagator {

  private static final TextMapPropagator UPSTREAM = W3CTraceContextPropagator.getInstance();

  @Override
  public Collection<String> fields() {
    return UPSTREAM.fields();
  }

  @Override
  public <C> void inject(Context context, @Nullable C carrier, TextMapSetter<C> setter) {
    UPSTREAM.inject(context, carrier, setter);
  }

  @Override
  public <C> Context extract(Context context, @Nullable C carrier, TextMapGetter<C> getter) {
    return UPSTREAM.extract(context, carrier, new WholeHeaders<>(getter));
  }

  /** Of every header all that was sent. */
  private static final class WholeHeaders<C> implements TextMapGetter<C> {
    private final TextMapGetter<C> getter;

    WholeHeaders(TextMapGetter<C> getter) {
      this.getter = getter;
    }

    @Override
    public Iterable<String> keys(C carrier) {
      return getter.keys(carrier);
    }

    @Override
    public @Nullable String get(@Nullable C carrier, String key) {
      Iterator<String> values = getter.getAll(carrier, key);
      if (!values.hasNext()) {
        return null;
      }
      String first = values.next();
      if (key.equals("tracestate")) {
        return tracestate(first, values);
      }
      return values.hasNext() ? null : first;
    }

    /** Empty members are allowed in the header, and upstream takes none. */
    private static String tracestate(String first, Iterator<String> others) {
      List<String> members = new ArrayList<>();
      Set<String> keys = new HashSet<>();
      for (String header = first;
          header != null;
          header = others.hasNext() ? others.next() : null) {
        for (String part : header.split(",")) {
          String member = part.trim();
          int end = member.indexOf('=');
          if (!member.isEmpty() && keys.add(end < 0 ? member : member.substring(0, end))) {
            members.add(member);
          }
        }
      }
      return String.join(",", members);
    }
  }
}
