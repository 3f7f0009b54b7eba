package io.vigia.collector.receive.forward;

import io.vigia.collector.otlp.OtlpFields;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.Severity;
import java.nio.charset.StandardCharsets;

/**
 * Writes events as OTLP log records, consecutive ones with the same {@code resource} and {@code
 * logger} together. The mapping is in {@code collector/docs/forward.md}.
 */
final class LogWriter {
  private static final byte[] TAG = "fluent.tag".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] THREAD = "thread.name".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] METADATA = "fluent.metadata".getBytes(StandardCharsets.US_ASCII);

  private final MsgPackReader in;
  private final ProtoWriter out;
  private final AnyValueWriter values;

  /** The attribute that tells the tag, the same for all events of a message. */
  private final ProtoWriter tagAttribute = new ProtoWriter();

  /** What the first pass found, so that the second one need not look again. */
  private final RecordKey[] keys = new RecordKey[32];

  private final int[] keyAts = new int[keys.length];
  private final int[] valueAts = new int[keys.length];

  private final Slice resource = new Slice();
  private final Slice logger = new Slice();
  private final Slice nextResource = new Slice();
  private final Slice nextLogger = new Slice();
  private int resourceMark = -1;
  private int scopeMark = -1;
  private boolean hasMessage;
  private int items;

  LogWriter(MsgPackReader in, ProtoWriter out) {
    this.in = in;
    this.out = out;
    this.values = new AnyValueWriter(in, out);
  }

  /** Log records since the last {@link #reset}. */
  int items() {
    return items;
  }

  /** The tag of the events that follow. */
  void tag(Slice tag) {
    tagAttribute.clear();
    int keyValue = tagAttribute.begin(OtlpFields.LOG_ATTRIBUTES);
    tagAttribute.bytes(OtlpFields.KEY_VALUE_KEY, TAG);
    int value = tagAttribute.begin(OtlpFields.KEY_VALUE_VALUE);
    tagAttribute.text(OtlpFields.ANY_VALUE_STRING_VALUE, tag.array(), tag.offset(), tag.length());
    tagAttribute.end(value);
    tagAttribute.end(keyValue);
  }

  /**
   * Writes one event.
   *
   * @param in positioned after the header of the record's map
   * @param entries of the map
   * @param metadata where the v1.5 metadata map begins in the input, or -1
   */
  void event(long timeNanos, long observedNanos, int entries, int metadata) {
    int rest = look(entries);
    int end = in.position();
    group();
    int log = out.begin(OtlpFields.SCOPE_GROUP_ITEMS, 1 << 7);
    if (timeNanos != 0) {
      out.fixed64(OtlpFields.LOG_TIME_UNIX_NANO, timeNanos);
    }
    out.fixed64(OtlpFields.LOG_OBSERVED_TIME_UNIX_NANO, observedNanos);
    for (int i = 0; i < Math.min(entries, keys.length); i++) {
      entry(keys[i], keyAts[i], valueAts[i]);
    }
    in.position(rest);
    for (int i = keys.length; i < entries; i++) {
      int keyAt = in.position();
      in.next();
      entry(key(), keyAt, in.position());
    }
    in.position(end);
    out.raw(tagAttribute.array(), 0, tagAttribute.size());
    if (metadata >= 0) {
      in.position(metadata);
      values.keyValue(OtlpFields.LOG_ATTRIBUTES, METADATA, 0, METADATA.length);
      in.position(end);
    }
    out.end(log);
    items++;
  }

  /** Ends what is open: the writer holds a whole request. */
  void close() {
    closeResource();
  }

  /** Forgets what is open, after the writer was cleared. */
  void reset() {
    reset(0);
  }

  /** Forgets what is open, after the writer was truncated to where it held so many items. */
  void reset(int items) {
    resourceMark = scopeMark = -1;
    this.items = items;
  }

  /**
   * First pass: where the event belongs.
   *
   * @return where the entries begin that are too many to be remembered
   */
  private int look(int entries) {
    nextResource.clear();
    nextLogger.clear();
    hasMessage = false;
    int rest = in.position();
    for (int i = 0; i < entries; i++) {
      int keyAt = in.position();
      in.next();
      RecordKey key = key();
      int valueAt = in.position();
      if (i < keys.length) {
        keys[i] = key;
        keyAts[i] = keyAt;
        valueAts[i] = valueAt;
      }
      switch (key) {
        case RESOURCE -> {
          boolean map = in.next() == MsgPackReader.Type.MAP;
          in.skipRest();
          if (map) {
            nextResource.set(in.array(), valueAt, in.position() - valueAt);
          }
        }
        case LOGGER -> {
          in.next();
          if (in.isText()) {
            in.slice(nextLogger);
          }
          in.skipRest();
        }
        case MESSAGE -> {
          hasMessage = true;
          in.skip();
        }
        default -> in.skip();
      }
      if (i == keys.length - 1) {
        rest = in.position();
      }
    }
    return rest;
  }

  private RecordKey key() {
    if (in.isText()) {
      return RecordKey.of(in.array(), in.offset(), in.length());
    }
    in.skipRest();
    return RecordKey.OTHER;
  }

  private void group() {
    if (resourceMark < 0 || !resource.contentEquals(nextResource)) {
      closeResource();
      resource.set(nextResource);
      resourceMark = out.begin(OtlpFields.REQUEST_RESOURCE_GROUPS, 1 << 14);
      if (!resource.isEmpty()) {
        int message = out.begin(OtlpFields.RESOURCE_GROUP_RESOURCE, 1 << 7);
        in.position(resource.offset());
        in.next();
        int entries = in.length();
        for (int i = 0; i < entries; i++) {
          values.keyValue(OtlpFields.RESOURCE_ATTRIBUTES);
        }
        out.end(message);
      }
    }
    if (scopeMark < 0 || !logger.contentEquals(nextLogger)) {
      closeScope();
      logger.set(nextLogger);
      scopeMark = out.begin(OtlpFields.RESOURCE_GROUP_SCOPE_GROUPS, 1 << 14);
      if (!logger.isEmpty()) {
        int scope = out.begin(OtlpFields.SCOPE_GROUP_SCOPE);
        out.text(OtlpFields.SCOPE_NAME, logger.array(), logger.offset(), logger.length());
        out.end(scope);
      }
    }
  }

  private void closeResource() {
    closeScope();
    if (resourceMark >= 0) {
      out.end(resourceMark);
      resourceMark = -1;
    }
  }

  private void closeScope() {
    if (scopeMark >= 0) {
      out.end(scopeMark);
      scopeMark = -1;
    }
  }

  private void entry(RecordKey key, int keyAt, int valueAt) {
    in.position(valueAt);
    if (known(key)) {
      return;
    }
    in.position(keyAt);
    values.keyValue(OtlpFields.LOG_ATTRIBUTES);
  }

  /** Reads the value of a known key; false when it is not of the kind that the key is known for. */
  private boolean known(RecordKey key) {
    return switch (key) {
      case MESSAGE -> body();
      case LOG -> !hasMessage && body();
      case LEVEL, SEVERITY -> severity();
      case TRACE_ID -> id(OtlpFields.LOG_TRACE_ID, 16);
      case SPAN_ID -> id(OtlpFields.LOG_SPAN_ID, 8);
      case TRACE_FLAGS -> flags();
      case LOGGER -> skipText();
      case THREAD -> {
        values.keyValue(OtlpFields.LOG_ATTRIBUTES, THREAD, 0, THREAD.length);
        yield true;
      }
      case ATTRIBUTES -> attributes();
      case RESOURCE -> skipMap();
      case OTHER -> false;
    };
  }

  private boolean body() {
    values.value(OtlpFields.LOG_BODY);
    return true;
  }

  private boolean severity() {
    in.next();
    if (!in.isText()) {
      return false;
    }
    int number = Severity.number(in.array(), in.offset(), in.length());
    if (number != 0) {
      out.varint(OtlpFields.LOG_SEVERITY_NUMBER, number);
    }
    out.text(OtlpFields.LOG_SEVERITY_TEXT, in.array(), in.offset(), in.length());
    return true;
  }

  private boolean id(int tag, int bytes) {
    in.next();
    if (!in.isText() || in.length() != 2 * bytes) {
      return false;
    }
    int mark = out.size();
    int message = out.begin(tag);
    for (int i = 0; i < bytes; i++) {
      int high = Character.digit(in.array()[in.offset() + 2 * i], 16);
      int low = Character.digit(in.array()[in.offset() + 2 * i + 1], 16);
      if (high < 0 || low < 0) {
        out.truncate(mark);
        return false;
      }
      out.rawByte(high << 4 | low);
    }
    out.end(message);
    return true;
  }

  /** A number, or two hex digits as in {@code traceparent}. */
  private boolean flags() {
    in.next();
    if (in.type() == MsgPackReader.Type.INT) {
      out.fixed32(OtlpFields.LOG_FLAGS, (int) in.longValue() & 0xff);
      return true;
    }
    if (!in.isText() || in.length() != 2) {
      return false;
    }
    int high = Character.digit(in.array()[in.offset()], 16);
    int low = Character.digit(in.array()[in.offset() + 1], 16);
    if (high < 0 || low < 0) {
      return false;
    }
    out.fixed32(OtlpFields.LOG_FLAGS, high << 4 | low);
    return true;
  }

  private boolean attributes() {
    if (in.next() != MsgPackReader.Type.MAP) {
      return false;
    }
    int entries = in.length();
    for (int i = 0; i < entries; i++) {
      values.keyValue(OtlpFields.LOG_ATTRIBUTES);
    }
    return true;
  }

  private boolean skipText() {
    in.next();
    return in.isText();
  }

  private boolean skipMap() {
    if (in.next() != MsgPackReader.Type.MAP) {
      return false;
    }
    in.skipRest();
    return true;
  }
}
