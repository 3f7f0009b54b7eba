package io.vigia.collector.export.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import io.vigia.collector.otlp.RandomOtlp;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** Held against msgpack-core and the official OTLP messages. */
class ChunkTest {
  private static List<ArrayValue> events(Chunk chunk) throws IOException {
    MessageUnpacker message = MessagePack.newDefaultUnpacker(chunk.message());
    byte[] packed = message.unpackValue().asArrayValue().get(1).asRawValue().asByteArray();
    assertThat(message.hasNext()).isFalse();
    List<ArrayValue> events = new ArrayList<>();
    MessageUnpacker in = MessagePack.newDefaultUnpacker(packed);
    while (in.hasNext()) {
      events.add(in.unpackValue().asArrayValue());
    }
    return events;
  }

  @Property(tries = 100)
  void eventsSayWhatTheRecordsSaid(@ForAll long seed) throws Exception {
    var request = (ExportLogsServiceRequest) new RandomOtlp(seed).request(Signal.LOGS);
    List<Value> expected = new ArrayList<>();
    for (ResourceLogs resource : request.getResourceLogsList()) {
      for (ScopeLogs scope : resource.getScopeLogsList()) {
        for (LogRecord log : scope.getLogRecordsList()) {
          expected.add(record(resource, scope, log));
        }
      }
    }
    List<Value> written = new ArrayList<>();
    for (Chunk chunk : Chunk.of(TestBatches.batch(Signal.LOGS, request), "t", false)) {
      for (ArrayValue event : events(chunk)) {
        written.add(lastOfEachKey(event.get(1)));
      }
    }
    assertThat(written).isEqualTo(expected);
  }

  /** With a small limit nothing is lost, doubled or put into the wrong record. */
  @Property(tries = 100)
  void cutsKeepEveryWantedItemOnce(@ForAll long seed) throws Exception {
    Random random = new Random(seed);
    ExportBatch all = TestBatches.simple(Signal.LOGS, 1 + random.nextInt(5), 4, 3);
    List<ExportBatch.Entry> entries = new ArrayList<>();
    for (ExportBatch.Entry entry : all.entries()) {
      BitSet wanted = new BitSet();
      for (int i = 0; i < entry.record().items(); i++) {
        wanted.set(i, random.nextInt(3) > 0);
      }
      entries.add(new ExportBatch.Entry(entry.record(), random.nextInt(3) == 0 ? null : wanted));
    }
    ExportBatch batch = new ExportBatch(Signal.LOGS, entries);
    List<Chunk> chunks = Chunk.of(batch, "t", false, 1 + random.nextInt(400));
    Map<Long, BitSet> sent = new HashMap<>();
    for (Chunk chunk : chunks) {
      int items = 0;
      for (ExportBatch.Entry entry : chunk.entries()) {
        BitSet seen = sent.computeIfAbsent(entry.record().id().sequence(), k -> new BitSet());
        for (int i = 0; i < entry.record().items(); i++) {
          if (entry.wants(i)) {
            assertThat(seen.get(i)).isFalse();
            seen.set(i);
            items++;
          }
        }
      }
      assertThat(events(chunk)).hasSize(items);
    }
    for (ExportBatch.Entry entry : entries) {
      BitSet seen = sent.getOrDefault(entry.record().id().sequence(), new BitSet());
      for (int i = 0; i < entry.record().items(); i++) {
        assertThat(seen.get(i)).isEqualTo(entry.wants(i));
      }
    }
    assertThat(chunks.stream().map(Chunk::id)).doesNotHaveDuplicates();
  }

  @Test
  void whatWasKnownAtIntakeIsInTheResourceAndTheTimeIsAnEventTime() throws Exception {
    ExportBatch batch = TestBatches.simple(Signal.LOGS, 1);
    var logs = ExportLogsServiceRequest.parseFrom(batch.entries().get(0).record().payload());
    Chunk chunk =
        Chunk.of(
                TestBatches.batch(
                    Signal.LOGS, Map.of("service.name", "no", "k8s.node.name", "n1"), logs),
                "t",
                false)
            .get(0);
    ArrayValue event = events(chunk).get(0);
    assertThat(event.get(0).asExtensionValue().getType()).isZero();
    assertThat(event.get(0).asExtensionValue().getData())
        .isEqualTo(
            java.nio.ByteBuffer.allocate(8).putInt(1_795_220_885).putInt(123_456_789).array());
    Value map = event.get(1).asMapValue().map().get(text("resource"));
    Map<Value, Value> resource = java.util.Objects.requireNonNull(map).asMapValue().map();
    assertThat(resource)
        .containsEntry(text("service.name"), text("shop"))
        .containsEntry(text("k8s.node.name"), text("n1"));
  }

  /** Whatever msgpack-core writes, in whatever pieces it arrives. */
  @Property(tries = 300)
  void answersAreReadWhole(@ForAll long seed, @ForAll byte[] ack) throws Exception {
    Value map =
        ValueFactory.newMap(
            text("ack"),
            seed % 2 == 0 ? ValueFactory.newBinary(ack) : ValueFactory.newString(ack),
            text("n"),
            ValueFactory.newInteger(seed),
            text("a"),
            ValueFactory.newArray(ValueFactory.newNil(), ValueFactory.newFloat(0.5)));
    byte[] bytes;
    try (var packer = MessagePack.newDefaultBufferPacker()) {
      packer.packValue(map);
      bytes = packer.toByteArray();
    }
    Map<?, ?> read = (Map<?, ?>) MsgPackValue.read(Unpooled.wrappedBuffer(bytes));
    assertThat(read).isNotNull();
    assertThat(read.get("ack")).isEqualTo(ack);
    assertThat(read.get("n")).isEqualTo(seed);
    for (int cut : new int[] {0, 1, bytes.length / 2, bytes.length - 1}) {
      org.assertj.core.api.Assertions.assertThatThrownBy(
              () -> MsgPackValue.read(Unpooled.wrappedBuffer(bytes, 0, cut)))
          .isInstanceOf(MsgPackValue.Incomplete.class);
    }
  }

  @Property(tries = 500)
  void hostileAnswersEndInAWord(@ForAll byte[] bytes) {
    try {
      MsgPackValue.read(Unpooled.wrappedBuffer(bytes));
    } catch (MsgPackValue.Incomplete | IllegalArgumentException e) {
      assertThat(e).isNotNull();
    }
  }

  private static Value record(ResourceLogs resource, ScopeLogs scope, LogRecord log) {
    Map<Value, Value> record = new HashMap<>();
    Value body = value(log.getBody());
    if (!body.isNilValue()) {
      record.put(text("message"), body);
    }
    int number = log.getSeverityNumberValue();
    if (!log.getSeverityText().isEmpty()) {
      record.put(text("level"), text(log.getSeverityText()));
    } else if (number >= 1 && number <= 24) {
      String[] names = {"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"};
      record.put(text("level"), text(names[(number - 1) / 4]));
    }
    id(record, "trace_id", log.getTraceId(), 16);
    id(record, "span_id", log.getSpanId(), 8);
    if (log.getFlags() != 0) {
      record.put(text("trace_flags"), ValueFactory.newInteger(log.getFlags() & 0xff));
    }
    if (!scope.getScope().getName().isEmpty()) {
      record.put(text("logger"), text(scope.getScope().getName()));
    }
    Map<Value, Value> attributes = map(log.getAttributesList());
    if (!log.getEventName().isEmpty()) {
      attributes.put(text("event.name"), text(log.getEventName()));
    }
    if (!attributes.isEmpty()) {
      record.put(text("attributes"), ValueFactory.newMap(attributes));
    }
    Map<Value, Value> own = map(resource.getResource().getAttributesList());
    if (!own.isEmpty()) {
      record.put(text("resource"), ValueFactory.newMap(own));
    }
    return ValueFactory.newMap(record);
  }

  /** OTLP allows a key once; the random records do not know that. */
  private static Value lastOfEachKey(Value value) {
    if (value.isArrayValue()) {
      return ValueFactory.newArray(
          value.asArrayValue().list().stream().map(ChunkTest::lastOfEachKey).toList());
    }
    if (!value.isMapValue()) {
      return value.isFloatValue() ? real(value.asFloatValue().toDouble()) : value;
    }
    Map<Value, Value> map = new HashMap<>();
    value.asMapValue().entrySet().forEach(e -> map.put(e.getKey(), lastOfEachKey(e.getValue())));
    return ValueFactory.newMap(map);
  }

  private static void id(Map<Value, Value> record, String key, ByteString id, int bytes) {
    if (id.size() == bytes) {
      record.put(text(key), text(java.util.HexFormat.of().formatHex(id.toByteArray())));
    }
  }

  private static Map<Value, Value> map(List<KeyValue> list) {
    Map<Value, Value> map = new HashMap<>();
    list.forEach(entry -> map.put(text(entry.getKey()), value(entry.getValue())));
    return map;
  }

  private static Value value(AnyValue value) {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> text(value.getStringValue());
      case BOOL_VALUE -> ValueFactory.newBoolean(value.getBoolValue());
      case INT_VALUE -> ValueFactory.newInteger(value.getIntValue());
      case DOUBLE_VALUE -> real(value.getDoubleValue());
      case BYTES_VALUE -> ValueFactory.newBinary(value.getBytesValue().toByteArray());
      case ARRAY_VALUE ->
          ValueFactory.newArray(
              value.getArrayValue().getValuesList().stream().map(ChunkTest::value).toList());
      case KVLIST_VALUE -> ValueFactory.newMap(map(value.getKvlistValue().getValuesList()));
      default -> ValueFactory.newNil();
    };
  }

  /** NaN is not equal to itself. */
  private static Value real(double value) {
    return Double.isNaN(value) ? text("NaN") : ValueFactory.newFloat(value);
  }

  private static Value text(String text) {
    return ValueFactory.newString(text);
  }
}
