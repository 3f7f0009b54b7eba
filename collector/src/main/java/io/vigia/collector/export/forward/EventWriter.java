package io.vigia.collector.export.forward;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.AnyValues;
import io.vigia.collector.otlp.KeyValues;
import io.vigia.collector.otlp.LogView;
import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoReader;
import io.vigia.collector.otlp.Slice;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Log records as forward entries {@code [EventTime, record]}, with the keys that our own receiver
 * knows. Not thread-safe.
 */
final class EventWriter {
  private static final int MAX_DEPTH = 64;
  private static final String TAG = "fluent.tag";
  private static final String[] LEVELS = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};

  private final MsgPackWriter out;
  private final MsgPackWriter resource = new MsgPackWriter(512);
  private final LogView log = new LogView();
  private final KeyValues keyValues = new KeyValues();
  private final ProtoReader scope = new ProtoReader();
  private final Slice logger = new Slice();
  private int resourceEntries;

  EventWriter(MsgPackWriter out) {
    this.out = out;
  }

  /** Writes the current item. Every item must be offered, also unwanted ones. */
  void write(OtlpItems items, Envelope envelope, boolean wanted) {
    if (items.newResource()) {
      resource(items.resource(), envelope.attributes());
    }
    if (items.newScope()) {
      scope(items.scope());
    }
    if (!wanted) {
      return;
    }
    log.reset(items.item());
    out.array(2);
    out.eventTime(
        log.timeUnixNanos() != 0
            ? log.timeUnixNanos()
            : log.observedTimeUnixNanos() != 0
                ? log.observedTimeUnixNanos()
                : envelope.receiveTimeUnixNanos());
    int mark = out.begin(true);
    out.end(mark, record(items.item()));
  }

  private int record(Slice item) {
    int keys = 0;
    if (log.body().kind() != AnyValue.Kind.EMPTY) {
      out.string("message");
      value(out, log.body(), 0);
      keys++;
    }
    keys += level();
    if (log.traceId().length() == 16) {
      out.string("trace_id");
      out.hex(log.traceId());
      keys++;
    }
    if (log.spanId().length() == 8) {
      out.string("span_id");
      out.hex(log.spanId());
      keys++;
    }
    if (log.flags() != 0) {
      out.string("trace_flags");
      out.integer(log.flags() & 0xff);
      keys++;
    }
    if (!logger.isEmpty()) {
      out.string("logger");
      out.string(logger);
      keys++;
    }
    keys += attributes(item);
    if (resourceEntries > 0) {
      out.string("resource");
      out.raw(resource.array(), 0, resource.size());
      keys++;
    }
    return keys;
  }

  private int level() {
    int number = log.severityNumber();
    if (log.severityText().isEmpty() && (number < 1 || number > 24)) {
      return 0;
    }
    out.string("level");
    if (log.severityText().isEmpty()) {
      out.string(LEVELS[(number - 1) / 4]);
    } else {
      out.string(log.severityText());
    }
    return 1;
  }

  private int attributes(Slice item) {
    keyValues.reset(item, OtlpFields.LOG_ATTRIBUTES);
    boolean any = keyValues.next();
    if (!any && log.eventName().isEmpty()) {
      return 0;
    }
    out.string("attributes");
    int mark = out.begin(true);
    int count = 0;
    for (; any; any = keyValues.next()) {
      if (keyValues.key().contentEquals(TAG)) { // the message has a tag of its own
        out.string("fluent.origin_tag");
      } else {
        out.string(keyValues.key());
      }
      value(out, keyValues.value(), 0);
      count++;
    }
    if (!log.eventName().isEmpty()) {
      out.string("event.name");
      out.string(log.eventName());
      count++;
    }
    out.end(mark, count);
    return 1;
  }

  /** What was known at intake is added where the sender did not say it. */
  private void resource(Slice message, Map<String, String> intake) {
    resource.clear();
    int mark = resource.begin(true);
    resourceEntries = 0;
    Set<String> own = intake.isEmpty() ? Set.of() : new HashSet<>();
    keyValues.reset(message, OtlpFields.RESOURCE_ATTRIBUTES);
    while (keyValues.next()) {
      resource.string(keyValues.key());
      value(resource, keyValues.value(), 0);
      resourceEntries++;
      if (!intake.isEmpty()) {
        own.add(keyValues.key().toString());
      }
    }
    for (Map.Entry<String, String> known : intake.entrySet()) {
      if (!own.contains(known.getKey())) {
        resource.string(known.getKey());
        resource.string(known.getValue());
        resourceEntries++;
      }
    }
    resource.end(mark, resourceEntries);
  }

  private void scope(Slice message) {
    logger.clear();
    scope.reset(message);
    while (scope.next()) {
      if (scope.tag() == OtlpFields.SCOPE_NAME) {
        scope.slice(logger);
      }
    }
  }

  private static void value(MsgPackWriter out, AnyValue value, int depth) {
    Slice bytes = value.bytes();
    switch (value.kind()) {
      case EMPTY -> out.nil();
      case STRING -> out.string(bytes);
      case BOOL -> out.bool(value.boolValue());
      case INT -> out.integer(value.intValue());
      case DOUBLE -> out.real(value.doubleValue());
      case BYTES -> out.binary(bytes.array(), bytes.offset(), bytes.length());
      case ARRAY -> {
        AnyValues elements = new AnyValues().reset(bytes);
        int mark = out.begin(false);
        int count = 0;
        while (depth < MAX_DEPTH && elements.next()) {
          value(out, elements.value(), depth + 1);
          count++;
        }
        out.end(mark, count);
      }
      case KVLIST -> {
        KeyValues entries = new KeyValues().reset(bytes, OtlpFields.KEY_VALUE_LIST_VALUES);
        int mark = out.begin(true);
        int count = 0;
        while (depth < MAX_DEPTH && entries.next()) {
          out.string(entries.key());
          value(out, entries.value(), depth + 1);
          count++;
        }
        out.end(mark, count);
      }
    }
  }
}
