package io.vigia.collector.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.vigia.collector.core.Signal;
import java.util.Random;

/** Random valid OTLP requests, made by the official classes from their own descriptors. */
public final class RandomOtlp {
  private static final int MAX_DEPTH = 9;
  private final Random random;

  public RandomOtlp(long seed) {
    random = new Random(seed);
  }

  public Message request(Signal signal) {
    return fill(empty(signal).newBuilderForType(), 0).build();
  }

  public static Message empty(Signal signal) {
    return switch (signal) {
      case TRACES -> ExportTraceServiceRequest.getDefaultInstance();
      case METRICS -> ExportMetricsServiceRequest.getDefaultInstance();
      case LOGS -> ExportLogsServiceRequest.getDefaultInstance();
    };
  }

  private Message.Builder fill(Message.Builder builder, int depth) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      boolean nested = field.getType() == FieldDescriptor.Type.MESSAGE;
      if (field.getName().endsWith("strindex")
          || nested && depth >= MAX_DEPTH
          || field.getContainingOneof() != null
              && (builder.hasOneof(field.getContainingOneof()) || random.nextInt(3) > 0)) {
        continue;
      }
      if (field.isRepeated()) {
        int count = random.nextInt(depth < 4 ? 4 : 2);
        for (int i = 0; i < count; i++) {
          builder.addRepeatedField(field, value(builder, field, depth));
        }
      } else if (random.nextInt(6) > 0) {
        builder.setField(field, value(builder, field, depth));
      }
    }
    return builder;
  }

  private Object value(Message.Builder parent, FieldDescriptor field, int depth) {
    return switch (field.getJavaType()) {
      case INT -> random.nextInt(3) == 0 ? random.nextInt() : random.nextInt(300);
      case LONG -> random.nextInt(3) == 0 ? random.nextLong() : random.nextInt(300);
      case FLOAT -> random.nextFloat();
      case DOUBLE -> doubleValue();
      case BOOLEAN -> random.nextBoolean();
      case STRING -> string();
      case BYTE_STRING -> bytes(field);
      case ENUM ->
          field
              .getEnumType()
              .getValues()
              .get(random.nextInt(field.getEnumType().getValues().size()));
      case MESSAGE -> fill(parent.newBuilderForField(field), depth + 1).build();
    };
  }

  private double doubleValue() {
    return switch (random.nextInt(12)) {
      case 0 -> Double.NaN;
      case 1 -> Double.POSITIVE_INFINITY;
      case 2 -> Double.NEGATIVE_INFINITY;
      case 3 -> -0.0;
      case 4 -> Double.longBitsToDouble(random.nextLong() & 0x7fef_ffff_ffff_ffffL);
      default -> random.nextInt(1000) / 8.0;
    };
  }

  private String string() {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(10) == 0 ? random.nextInt(300) : random.nextInt(12);
    for (int i = 0; i < length; i++) {
      int kind = random.nextInt(30);
      text.appendCodePoint(
          kind == 0
              ? 0x1F300 + random.nextInt(100)
              : kind == 1
                  ? 0x4E00 + random.nextInt(500)
                  : kind == 2 ? random.nextInt(0xff) : 'a' + random.nextInt(26));
    }
    return text.toString();
  }

  private ByteString bytes(FieldDescriptor field) {
    int length =
        switch (field.getName()) {
          case "trace_id" -> random.nextInt(5) == 0 ? 0 : 16;
          case "span_id", "parent_span_id" -> random.nextInt(5) == 0 ? 0 : 8;
          default -> random.nextInt(20);
        };
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
