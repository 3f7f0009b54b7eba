package io.vigia.collector.receive.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.vigia.collector.core.CollectorMetrics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.value.MapValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/**
 * Every field of every event of random messages, packed with msgpack-core, is where {@code
 * docs/forward.md} says in the OTLP that comes out, read with the official classes.
 */
class ForwardContentTest {
  private static final long OBSERVED = 1_790_000_000_123_456_789L;
  private static final String TAG = "app.web-ñ";
  private static final byte[] NOT_UTF8 = {(byte) 0xc3, (byte) 0x28};
  private static final Map<String, Integer> LEVELS =
      Map.of("trace", 1, "debug", 5, "info", 9, "warn", 13, "error", 17, "fatal", 21, "odd", 0);
  private static final List<String> KNOWN =
      List.of(
          "message",
          "log",
          "level",
          "severity",
          "trace_id",
          "span_id",
          "trace_flags",
          "logger",
          "thread",
          "attributes",
          "resource");

  /** What an event is in OTLP, with the names of what it is grouped under. */
  private record Event(List<KeyValue> resource, String logger, LogRecord log) {}

  @Property(tries = 500)
  void everyFieldOfEveryEventArrives(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    List<Event> expected = new ArrayList<>();
    byte[] message = message(random, expected);
    List<Event> arrived = new ArrayList<>();
    ByteBuf acks = Unpooled.buffer();
    ForwardTranscoder transcoder = ForwardTranscoder.current();
    transcoder.begin(
        OBSERVED, 1 << 20, CollectorMetrics.NOOP, (part, items) -> read(part, items, arrived));
    transcoder.message(message, 0, message.length, acks);
    transcoder.end();
    assertThat(arrived).isEqualTo(expected);
    Value ack = MessagePack.newDefaultUnpacker(ByteBufUtil.getBytes(acks)).unpackValue();
    assertThat(ack).isEqualTo(ValueFactory.newMap(text("ack"), text("chunk-1")));
  }

  private static void read(ByteBuffer part, int items, List<Event> into) {
    int before = into.size();
    try {
      ExportLogsServiceRequest.parseFrom(ByteString.copyFrom(part))
          .getResourceLogsList()
          .forEach(
              resource ->
                  resource
                      .getScopeLogsList()
                      .forEach(
                          scope ->
                              scope
                                  .getLogRecordsList()
                                  .forEach(
                                      log ->
                                          into.add(
                                              new Event(
                                                  resource.getResource().getAttributesList(),
                                                  scope.getScope().getName(),
                                                  log)))));
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError(e);
    }
    assertThat(into.size() - before).isEqualTo(items);
  }

  // ---- what is sent

  private static byte[] message(Random random, List<Event> expected) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
        MessageBufferPacker entries = MessagePack.newDefaultBufferPacker()) {
      int mode = random.nextInt(4);
      int count = mode == 0 ? 1 : random.nextInt(6);
      for (int i = 0; i < count; i++) {
        Value time = time(random, mode > 0);
        MapValue record = record(random);
        boolean metadata = mode > 0 && random.nextInt(4) == 0;
        MapValue about = ValueFactory.newMap(text("stream"), value(random, 2));
        expected.add(event(time, record, metadata ? about : null));
        Value first = metadata ? ValueFactory.newArray(time, about) : time;
        if (mode == 0) {
          entries.packValue(time).packValue(record);
        } else {
          entries.packArrayHeader(2).packValue(first).packValue(record);
        }
      }
      byte[] packed = entries.toByteArray();
      packer.packArrayHeader(mode == 0 ? 4 : 3).packString(TAG);
      switch (mode) {
        case 0 -> packer.writePayload(packed);
        case 1 -> packer.packArrayHeader(count).writePayload(packed);
        case 2 -> packer.packBinaryHeader(packed.length).writePayload(packed);
        default -> {
          byte[] zipped = gzip(packed);
          packer.packBinaryHeader(zipped.length).writePayload(zipped);
        }
      }
      packer.packMapHeader(mode == 3 ? 2 : 1).packString("chunk").packString("chunk-1");
      if (mode == 3) {
        packer.packString("compressed").packString("gzip");
      }
      return packer.toByteArray();
    }
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  /** An event of a list may do without; a single one is told from a list by its time. */
  private static Value time(Random random, boolean orNone) {
    int seconds = 1_700_000_000 + random.nextInt(100_000_000);
    return switch (random.nextInt(orNone ? 4 : 3)) {
      case 0 -> ValueFactory.newInteger(seconds);
      case 1 -> ValueFactory.newFloat(seconds + 0.5);
      case 2 ->
          ValueFactory.newExtension(
              (byte) 0,
              ByteBuffer.allocate(8).putInt(seconds).putInt(random.nextInt(1 << 29)).array());
      default -> ValueFactory.newNil();
    };
  }

  /** Each key once; sometimes more of them than the transcoder remembers. */
  private static MapValue record(Random random) {
    List<String> keys = new ArrayList<>();
    for (String key : KNOWN) {
      if (random.nextInt(3) == 0) {
        keys.add(key);
      }
    }
    for (int i = random.nextInt(8) == 0 ? 40 : random.nextInt(4); i > 0; i--) {
      keys.add("key-ü" + i);
    }
    Collections.shuffle(keys, random);
    List<Value> entries = new ArrayList<>();
    for (String key : keys) {
      entries.add(random.nextInt(4) == 0 ? binary(key) : text(key)); // Ruby's are often binary
      entries.add(random.nextInt(4) == 0 ? value(random, 0) : fitting(key, random));
    }
    return ValueFactory.newMap(entries.toArray(Value[]::new));
  }

  /** Of the kind that the key is known for. */
  private static Value fitting(String key, Random random) {
    return switch (key) {
      case "level", "severity" ->
          text(List.copyOf(LEVELS.keySet()).get(random.nextInt(LEVELS.size())));
      case "trace_id" -> text(hex(16, random));
      case "span_id" -> text(hex(8, random));
      case "trace_flags" ->
          random.nextBoolean() ? ValueFactory.newInteger(1) : text(hex(1, random));
      case "logger" -> text("logger" + random.nextInt(3));
      case "attributes", "resource" -> map(random, 1);
      default -> value(random, 0);
    };
  }

  private static String hex(int bytes, Random random) {
    byte[] id = new byte[bytes];
    random.nextBytes(id);
    String hex = HexFormat.of().formatHex(id);
    return random.nextInt(8) == 0 ? "x" + hex.substring(1) : hex;
  }

  private static Value value(Random random, int depth) {
    return switch (random.nextInt(depth > 3 ? 8 : 10)) {
      case 0 -> ValueFactory.newNil();
      case 1 -> ValueFactory.newBoolean(random.nextBoolean());
      case 2 -> ValueFactory.newInteger(random.nextLong() >> random.nextInt(64));
      case 3 -> ValueFactory.newInteger(BigInteger.ONE.shiftLeft(63).add(BigInteger.TEN));
      case 4 -> ValueFactory.newFloat(random.nextGaussian());
      case 5 -> text("text-é" + random.nextInt(100));
      case 6 ->
          random.nextBoolean()
              ? ValueFactory.newBinary(NOT_UTF8)
              : binary("bytes-é" + random.nextInt(100));
      case 7 -> ValueFactory.newExtension((byte) 5, new byte[] {1, 2, 3});
      case 8 -> {
        List<Value> elements = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          elements.add(value(random, depth + 1));
        }
        yield ValueFactory.newArray(elements);
      }
      default -> map(random, depth + 1);
    };
  }

  private static MapValue map(Random random, int depth) {
    List<Value> entries = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      entries.add(random.nextInt(5) == 0 ? ValueFactory.newInteger(-i) : text("m" + i));
      entries.add(value(random, depth));
    }
    return ValueFactory.newMap(entries.toArray(Value[]::new));
  }

  private static Value text(String text) {
    return ValueFactory.newString(text);
  }

  private static Value binary(String text) {
    return ValueFactory.newBinary(ByteString.copyFromUtf8(text).toByteArray());
  }

  // ---- what is expected

  private static Event event(Value time, MapValue record, @Nullable MapValue metadata) {
    LogRecord.Builder log = LogRecord.newBuilder().setObservedTimeUnixNano(OBSERVED);
    log.setTimeUnixNano(nanos(time));
    List<KeyValue> resource = List.of();
    String logger = "";
    Value[] entries = record.getKeyValueArray();
    boolean hasMessage = false;
    for (int i = 0; i < entries.length; i += 2) {
      hasMessage |= string(entries[i]).equals("message");
    }
    for (int i = 0; i < entries.length; i += 2) {
      String key = string(entries[i]);
      Value value = entries[i + 1];
      String words = isText(value) ? string(value) : null;
      if (key.equals("message") || (key.equals("log") && !hasMessage)) {
        log.setBody(any(value));
      } else if ((key.equals("level") || key.equals("severity")) && words != null) {
        int number = LEVELS.getOrDefault(words, 0);
        if (number != 0) {
          log.setSeverityNumberValue(number);
        }
        log.setSeverityText(words);
      } else if (key.equals("trace_id") && words != null && words.matches("[0-9a-f]{32}")) {
        log.setTraceId(ByteString.fromHex(words));
      } else if (key.equals("span_id") && words != null && words.matches("[0-9a-f]{16}")) {
        log.setSpanId(ByteString.fromHex(words));
      } else if (key.equals("trace_flags") && words != null && words.matches("[0-9a-f]{2}")) {
        log.setFlags(Integer.parseInt(words, 16));
      } else if (key.equals("trace_flags")
          && value.isIntegerValue()
          && value.asIntegerValue().isInLongRange()) {
        log.setFlags((int) (value.asIntegerValue().toLong() & 0xff));
      } else if (key.equals("logger") && words != null) {
        logger = words;
      } else if (key.equals("resource") && value.isMapValue()) {
        resource = attributes(value.asMapValue());
      } else if (key.equals("attributes") && value.isMapValue()) {
        log.addAllAttributes(attributes(value.asMapValue()));
      } else {
        log.addAttributes(attribute(key.equals("thread") ? "thread.name" : key, value));
      }
    }
    log.addAttributes(attribute("fluent.tag", text(TAG)));
    if (metadata != null) {
      log.addAttributes(attribute("fluent.metadata", metadata));
    }
    return new Event(resource, logger, log.build());
  }

  private static long nanos(Value time) {
    if (time.isIntegerValue()) {
      return time.asIntegerValue().toLong() * 1_000_000_000L;
    }
    if (time.isFloatValue()) {
      return (long) (time.asFloatValue().toDouble() * 2) * 500_000_000L;
    }
    if (time.isNilValue()) {
      return 0;
    }
    ByteBuffer data = ByteBuffer.wrap(time.asExtensionValue().getData());
    return data.getInt() * 1_000_000_000L + data.getInt();
  }

  private static boolean isText(Value value) {
    return value.isRawValue();
  }

  private static String string(Value value) {
    return ByteString.copyFrom(value.asRawValue().asByteArray()).toStringUtf8();
  }

  private static KeyValue attribute(String key, Value value) {
    return KeyValue.newBuilder().setKey(key).setValue(any(value)).build();
  }

  private static List<KeyValue> attributes(MapValue map) {
    Value[] entries = map.getKeyValueArray();
    List<KeyValue> attributes = new ArrayList<>();
    for (int i = 0; i < entries.length; i += 2) {
      String key = entries[i].isIntegerValue() ? entries[i].toString() : string(entries[i]);
      attributes.add(attribute(key, entries[i + 1]));
    }
    return attributes;
  }

  private static AnyValue any(Value value) {
    AnyValue.Builder any = AnyValue.newBuilder();
    switch (value.getValueType()) {
      case NIL -> {}
      case BOOLEAN -> any.setBoolValue(value.asBooleanValue().getBoolean());
      case INTEGER -> {
        if (value.asIntegerValue().isInLongRange()) {
          any.setIntValue(value.asIntegerValue().toLong());
        } else {
          any.setStringValue(value.toString());
        }
      }
      case FLOAT -> any.setDoubleValue(value.asFloatValue().toDouble());
      case STRING -> any.setStringValue(string(value));
      case BINARY -> {
        ByteString bytes = ByteString.copyFrom(value.asRawValue().asByteArray());
        if (bytes.isValidUtf8()) {
          any.setStringValue(bytes.toStringUtf8());
        } else {
          any.setBytesValue(bytes);
        }
      }
      case EXTENSION -> any.setBytesValue(ByteString.copyFrom(value.asExtensionValue().getData()));
      case ARRAY ->
          any.setArrayValue(
              ArrayValue.newBuilder()
                  .addAllValues(
                      value.asArrayValue().list().stream().map(ForwardContentTest::any).toList()));
      case MAP ->
          any.setKvlistValue(
              KeyValueList.newBuilder().addAllValues(attributes(value.asMapValue())));
    }
    return any.build();
  }
}
