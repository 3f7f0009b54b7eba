package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import io.opentelemetry.proto.logs.v1.ScopeLogs;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.collector.core.Signal;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OtlpValidatorTest {
  private final OtlpValidator validator = new OtlpValidator();
  private final OtlpItems items = new OtlpItems();

  @Property(tries = 100)
  void whatProtobufWritesIsValidAndCountedAsItIsWalked(@ForAll long seed) {
    for (Signal signal : Signal.values()) {
      byte[] bytes = new RandomOtlp(seed).request(signal).toByteArray();
      int count = validator.validate(signal, bytes, 0, bytes.length);
      items.reset(signal, bytes, 0, bytes.length);
      int walked = 0;
      while (items.next()) {
        walked++;
      }
      assertThat(count).isEqualTo(walked);
    }
  }

  /** Differential: flip, cut and overwrite bytes; whatever we let through, protobuf-java reads. */
  @Property(tries = 2000)
  void whatIsLetThroughCanBeReadByProtobuf(@ForAll long seed) {
    Random random = new Random(seed);
    Signal signal = Signal.values()[random.nextInt(3)];
    byte[] bytes = new RandomOtlp(seed).request(signal).toByteArray();
    int hits = 1 + random.nextInt(3);
    for (int i = 0; i < hits && bytes.length > 0; i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextInt(4) == 0 ? random.nextInt(bytes.length + 1) : bytes.length;
    boolean ours;
    try {
      validator.validate(signal, bytes, 0, length);
      ours = true;
    } catch (MalformedOtlpException e) {
      ours = false;
    }
    if (ours) {
      items.reset(signal, bytes, 0, length);
      while (items.next()) {}
      assertThat(readable(signal, bytes, length)).isTrue();
    }
  }

  private static boolean readable(Signal signal, byte[] bytes, int length) {
    try {
      Message.Builder builder = RandomOtlp.empty(signal).newBuilderForType();
      builder.mergeFrom(bytes, 0, length);
      return true;
    } catch (InvalidProtocolBufferException e) {
      return false;
    }
  }

  @Test
  void wrongIdLengthIsNamed() {
    ExportTraceServiceRequest request =
        ExportTraceServiceRequest.newBuilder()
            .addResourceSpans(
                ResourceSpans.newBuilder()
                    .addScopeSpans(
                        ScopeSpans.newBuilder()
                            .addSpans(
                                Span.newBuilder().setTraceId(ByteString.copyFrom(new byte[15])))))
            .build();
    byte[] bytes = request.toByteArray();
    assertThatThrownBy(() -> validator.validate(Signal.TRACES, bytes, 0, bytes.length))
        .isInstanceOf(MalformedOtlpException.class)
        .hasMessage("Span.trace_id has 15 bytes, not 16");
  }

  @Test
  void depthBombIsRefused() {
    var value = AnyValue.newBuilder().setStringValue("x").build();
    for (int i = 0; i < 200; i++) {
      value = AnyValue.newBuilder().setArrayValue(ArrayValue.newBuilder().addValues(value)).build();
    }
    byte[] bytes =
        ExportLogsServiceRequest.newBuilder()
            .addResourceLogs(
                ResourceLogs.newBuilder()
                    .addScopeLogs(
                        ScopeLogs.newBuilder()
                            .addLogRecords(LogRecord.newBuilder().setBody(value))))
            .build()
            .toByteArray();
    assertThatThrownBy(() -> validator.validate(Signal.LOGS, bytes, 0, bytes.length))
        .isInstanceOfSatisfying(
            MalformedOtlpException.class, e -> assertThat(e.reason()).isEqualTo("depth"));
  }

  /** A short string takes a short cut, which must end at the same depth. */
  @Test
  void depthIsTheSameForShortAndLongAttributes() {
    int refused = 0;
    for (int levels = 25; levels < 40; levels++) {
      boolean valid = valid(nested(levels, "x".repeat(200)));
      assertThat(valid(nested(levels, "x"))).as("%d levels", levels).isEqualTo(valid);
      refused += valid ? 0 : 1;
    }
    assertThat(refused).isBetween(1, 14);
  }

  private boolean valid(byte[] logs) {
    try {
      validator.validate(Signal.LOGS, logs, 0, logs.length);
      return true;
    } catch (MalformedOtlpException e) {
      assertThat(e.reason()).isEqualTo("depth");
      return false;
    }
  }

  private static byte[] nested(int levels, String text) {
    KeyValue attribute =
        KeyValue.newBuilder()
            .setKey("key")
            .setValue(AnyValue.newBuilder().setStringValue(text))
            .build();
    for (int i = 0; i < levels; i++) {
      AnyValue list =
          AnyValue.newBuilder()
              .setKvlistValue(KeyValueList.newBuilder().addValues(attribute))
              .build();
      attribute = KeyValue.newBuilder().setKey("key").setValue(list).build();
    }
    return ExportLogsServiceRequest.newBuilder()
        .addResourceLogs(
            ResourceLogs.newBuilder()
                .addScopeLogs(
                    ScopeLogs.newBuilder()
                        .addLogRecords(LogRecord.newBuilder().addAttributes(attribute))))
        .build()
        .toByteArray();
  }

  @Property
  void attributesThatAreNotUtf8AreRefused(@ForAll byte[] key, @ForAll byte[] value) {
    byte[] attribute = new byte[6 + key.length % 100 + value.length % 100];
    java.nio.ByteBuffer.wrap(attribute)
        .put((byte) 10)
        .put((byte) (key.length % 100))
        .put(key, 0, key.length % 100)
        .put((byte) 18)
        .put((byte) (2 + value.length % 100))
        .put((byte) 10)
        .put((byte) (value.length % 100))
        .put(value, 0, value.length % 100);
    byte[] request = attribute;
    for (int tag : new int[] {6 << 3 | 2, 2 << 3 | 2, 2 << 3 | 2, 10}) {
      request = field(tag, request);
    }
    byte[] logs = request;
    boolean right =
        Utf8.isValid(key, 0, key.length % 100) && Utf8.isValid(value, 0, value.length % 100);
    assertThat(readable(Signal.LOGS, logs, logs.length)).isEqualTo(right);
    if (right) {
      assertThat(validator.validate(Signal.LOGS, logs, 0, logs.length)).isEqualTo(1);
    } else {
      assertThatThrownBy(() -> validator.validate(Signal.LOGS, logs, 0, logs.length))
          .hasMessageContaining("is not UTF-8");
    }
  }

  private static byte[] field(int tag, byte[] content) {
    ProtoWriter writer = new ProtoWriter();
    int start = writer.begin(tag);
    writer.raw(content, 0, content.length);
    writer.end(start);
    return java.util.Arrays.copyOf(writer.array(), writer.size());
  }

  @Property
  void utf8IsWhatJavaSaysItIs(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = new byte[random.nextInt(40)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(4) == 0 ? random.nextInt() : 'a');
    }
    if (random.nextBoolean()) {
      bytes = new String(bytes, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
    }
    boolean expected;
    try {
      StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes));
      expected = true;
    } catch (java.nio.charset.CharacterCodingException e) {
      expected = false;
    }
    assertThat(Utf8.isValid(bytes, 0, bytes.length)).isEqualTo(expected);
  }
}
