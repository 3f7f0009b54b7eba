package io.vigia.collector.export.prometheus;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Label;
import com.google.protobuf.DescriptorProtos.FieldDescriptorProto.Type;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.OneofDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.xerial.snappy.Snappy;

/**
 * Prometheus' messages for protobuf-java, transcribed from prometheus/prompb/remote.proto and
 * types.proto (1.0) and io/prometheus/write/v2/types.proto (2.0): what the encoders are held
 * against.
 */
final class PromProto {
  private static final List<String> HISTOGRAM =
      List.of(
          "count_int=1 uint64 count",
          "count_float=2 double count",
          "sum=3 double",
          "schema=4 sint32",
          "zero_threshold=5 double",
          "zero_count_int=6 uint64 zero_count",
          "zero_count_float=7 double zero_count",
          "negative_spans=8 repeated BucketSpan",
          "negative_deltas=9 repeated sint64",
          "negative_counts=10 repeated double",
          "positive_spans=11 repeated BucketSpan",
          "positive_deltas=12 repeated sint64",
          "positive_counts=13 repeated double",
          "reset_hint=14 int32",
          "timestamp=15 int64",
          "custom_values=16 repeated double");
  private static final List<String> SPAN = List.of("offset=1 sint32", "length=2 uint32");
  private static final List<String> SAMPLE = List.of("value=1 double", "timestamp=2 int64");

  static final Descriptor V1 =
      file(
          "WriteRequest",
          Map.of(
              "WriteRequest",
              List.of("timeseries=1 repeated TimeSeries", "metadata=3 repeated MetricMetadata"),
              "TimeSeries",
              List.of(
                  "labels=1 repeated Label",
                  "samples=2 repeated Sample",
                  "exemplars=3 repeated Exemplar",
                  "histograms=4 repeated Histogram"),
              "Label",
              List.of("name=1 string", "value=2 string"),
              "Sample",
              SAMPLE,
              "Exemplar",
              List.of("labels=1 repeated Label", "value=2 double", "timestamp=3 int64"),
              "MetricMetadata",
              List.of(
                  "type=1 int32", "metric_family_name=2 string", "help=4 string", "unit=5 string"),
              "Histogram",
              HISTOGRAM,
              "BucketSpan",
              SPAN));

  static final Descriptor V2 =
      file(
          "Request",
          Map.of(
              "Request",
              List.of("symbols=4 repeated string", "timeseries=5 repeated TimeSeries"),
              "TimeSeries",
              List.of(
                  "labels_refs=1 repeated uint32",
                  "samples=2 repeated Sample",
                  "histograms=3 repeated Histogram",
                  "exemplars=4 repeated Exemplar",
                  "metadata=5 Metadata"),
              "Sample",
              List.of("value=1 double", "timestamp=2 int64", "start_timestamp=3 int64"),
              "Exemplar",
              List.of("labels_refs=1 repeated uint32", "value=2 double", "timestamp=3 int64"),
              "Metadata",
              List.of("type=1 int32", "help_ref=3 uint32", "unit_ref=4 uint32"),
              "Histogram",
              Stream.concat(HISTOGRAM.stream(), Stream.of("start_timestamp=17 int64")).toList(),
              "BucketSpan",
              SPAN));

  private PromProto() {}

  /** A request of version 2.0 as it came over the wire. */
  static DynamicMessage v2(byte[] snappy) {
    return parse(V2, snappy);
  }

  /** The labels that a list of references means. */
  @SuppressWarnings("unchecked")
  static Map<String, String> labels(DynamicMessage request, DynamicMessage of) {
    List<Object> symbols = (List<Object>) get(request, "symbols");
    List<Integer> refs = (List<Integer>) get(of, "labels_refs");
    Map<String, String> labels = new LinkedHashMap<>();
    for (int i = 0; i < refs.size(); i += 2) {
      labels.put((String) symbols.get(refs.get(i)), (String) symbols.get(refs.get(i + 1)));
    }
    return labels;
  }

  /** A request of version 1.0 as it came over the wire. */
  static DynamicMessage v1(byte[] snappy) {
    return parse(V1, snappy);
  }

  private static DynamicMessage parse(Descriptor type, byte[] snappy) {
    try {
      DynamicMessage message = DynamicMessage.parseFrom(type, Snappy.uncompress(snappy));
      if (!message.getUnknownFields().asMap().isEmpty()) {
        throw new AssertionError("unknown fields: " + message.getUnknownFields());
      }
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("not a " + type.getName(), e);
    } catch (IOException e) {
      throw new AssertionError("not snappy", e);
    }
  }

  static Object get(DynamicMessage message, String field) {
    return message.getField(message.getDescriptorForType().findFieldByName(field));
  }

  @SuppressWarnings("unchecked")
  static List<DynamicMessage> list(DynamicMessage message, String field) {
    return (List<DynamicMessage>) get(message, field);
  }

  /** Fields as {@code name=number [repeated] type [oneof]}. */
  private static Descriptor file(String root, Map<String, List<String>> messages) {
    FileDescriptorProto.Builder file =
        FileDescriptorProto.newBuilder().setName(root).setSyntax("proto3");
    messages.forEach((name, fields) -> file.addMessageType(message(name, fields, messages)));
    try {
      return FileDescriptor.buildFrom(file.build(), new FileDescriptor[0])
          .findMessageTypeByName(root);
    } catch (DescriptorValidationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static DescriptorProto message(
      String name, List<String> fields, Map<String, List<String>> messages) {
    DescriptorProto.Builder message = DescriptorProto.newBuilder().setName(name);
    for (String line : fields) {
      String[] words = line.split("[= ]");
      boolean repeated = words[2].equals("repeated");
      String type = words[repeated ? 3 : 2];
      FieldDescriptorProto.Builder field =
          message
              .addFieldBuilder()
              .setName(words[0])
              .setNumber(Integer.parseInt(words[1]))
              .setLabel(repeated ? Label.LABEL_REPEATED : Label.LABEL_OPTIONAL);
      if (messages.containsKey(type)) {
        field.setType(Type.TYPE_MESSAGE).setTypeName(type);
      } else {
        field.setType(Type.valueOf("TYPE_" + type.toUpperCase(java.util.Locale.ROOT)));
      }
      if (!repeated && words.length > 3) {
        field.setOneofIndex(oneof(message, words[3]));
      }
    }
    return message.build();
  }

  private static int oneof(DescriptorProto.Builder message, String name) {
    for (int i = 0; i < message.getOneofDeclCount(); i++) {
      if (message.getOneofDecl(i).getName().equals(name)) {
        return i;
      }
    }
    message.addOneofDecl(OneofDescriptorProto.newBuilder().setName(name));
    return message.getOneofDeclCount() - 1;
  }
}
