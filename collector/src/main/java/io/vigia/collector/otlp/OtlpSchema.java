package io.vigia.collector.otlp;

import io.vigia.collector.core.Signal;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The OTLP messages as a table, for what treats all fields alike: validation and JSON. Held against
 * the official descriptors by a test.
 */
final class OtlpSchema {
  /** What a field holds. {@code ID16} and {@code ID8} are bytes, written in JSON as hex. */
  enum Type {
    STRING(ProtoReader.LEN),
    BYTES(ProtoReader.LEN),
    ID16(ProtoReader.LEN),
    ID8(ProtoReader.LEN),
    MESSAGE(ProtoReader.LEN),
    BOOL(ProtoReader.VARINT),
    INT32(ProtoReader.VARINT),
    UINT32(ProtoReader.VARINT),
    SINT32(ProtoReader.VARINT),
    INT64(ProtoReader.VARINT),
    UINT64(ProtoReader.VARINT),
    ENUM(ProtoReader.VARINT),
    FIXED64(ProtoReader.FIXED64),
    SFIXED64(ProtoReader.FIXED64),
    DOUBLE(ProtoReader.FIXED64),
    FIXED32(ProtoReader.FIXED32);

    final int wireType;

    Type(int wireType) {
      this.wireType = wireType;
    }
  }

  /**
   * One field.
   *
   * @param name as in the .proto file
   * @param jsonName lowerCamelCase, as protobuf's JSON mapping says
   * @param message what is in it, when the type is {@code MESSAGE}
   * @param enumNames the names of the enumeration's values, by number
   */
  record Field(
      int number,
      String name,
      String jsonName,
      Type type,
      boolean repeated,
      @Nullable Message message,
      String @Nullable [] enumNames) {
    /** Repeated numbers are packed. */
    boolean packed() {
      return repeated && type.wireType != ProtoReader.LEN;
    }

    int tag() {
      return number << 3 | (packed() ? ProtoReader.LEN : type.wireType);
    }
  }

  /** One message. */
  static final class Message {
    final String name;

    /** By tag; the unpacked form of a packed field is there too. Null for what is unknown. */
    @Nullable Field[] byTag = new Field[17 << 3];

    /** By JSON name and by .proto name. */
    final Map<String, Field> byName = new HashMap<>();

    /** Whether this is what {@code Batch.items} counts. */
    final boolean item;

    Message(String name) {
      this.name = name;
      this.item = name.equals("Span") || name.equals("LogRecord") || name.endsWith("DataPoint");
    }

    @Nullable Field field(int tag) {
      return tag >= 0 && tag < byTag.length ? byTag[tag] : null;
    }
  }

  /** {@code Message number:name:type…}; {@code *} = repeated; a capital type is a message. */
  private static final String TABLE =
      """
      ExportTraceServiceRequest 1:resource_spans:*ResourceSpans
      ExportMetricsServiceRequest 1:resource_metrics:*ResourceMetrics
      ExportLogsServiceRequest 1:resource_logs:*ResourceLogs
      Resource 1:attributes:*KeyValue 2:dropped_attributes_count:uint32 3:entity_refs:*EntityRef
      EntityRef 1:schema_url:string 2:type:string 3:id_keys:*string 4:description_keys:*string
      InstrumentationScope 1:name:string 2:version:string 3:attributes:*KeyValue \
        4:dropped_attributes_count:uint32
      KeyValue 1:key:string 2:value:AnyValue 3:key_strindex:int32
      AnyValue 1:string_value:string 2:bool_value:bool 3:int_value:int64 4:double_value:double \
        5:array_value:ArrayValue 6:kvlist_value:KeyValueList 7:bytes_value:bytes \
        8:string_value_strindex:int32
      ArrayValue 1:values:*AnyValue
      KeyValueList 1:values:*KeyValue
      ResourceSpans 1:resource:Resource 2:scope_spans:*ScopeSpans 3:schema_url:string
      ScopeSpans 1:scope:InstrumentationScope 2:spans:*Span 3:schema_url:string
      Span 1:trace_id:id16 2:span_id:id8 3:trace_state:string 4:parent_span_id:id8 5:name:string \
        6:kind:SPAN_KIND_ 7:start_time_unix_nano:fixed64 8:end_time_unix_nano:fixed64 \
        9:attributes:*KeyValue 10:dropped_attributes_count:uint32 11:events:*Event \
        12:dropped_events_count:uint32 13:links:*Link 14:dropped_links_count:uint32 \
        15:status:Status 16:flags:fixed32
      Event 1:time_unix_nano:fixed64 2:name:string 3:attributes:*KeyValue \
        4:dropped_attributes_count:uint32
      Link 1:trace_id:id16 2:span_id:id8 3:trace_state:string 4:attributes:*KeyValue \
        5:dropped_attributes_count:uint32 6:flags:fixed32
      Status 2:message:string 3:code:STATUS_CODE_
      ResourceMetrics 1:resource:Resource 2:scope_metrics:*ScopeMetrics 3:schema_url:string
      ScopeMetrics 1:scope:InstrumentationScope 2:metrics:*Metric 3:schema_url:string
      Metric 1:name:string 2:description:string 3:unit:string 5:gauge:Gauge 7:sum:Sum \
        9:histogram:Histogram 10:exponential_histogram:ExponentialHistogram 11:summary:Summary \
        12:metadata:*KeyValue
      Gauge 1:data_points:*NumberDataPoint
      Sum 1:data_points:*NumberDataPoint 2:aggregation_temporality:AGGREGATION_TEMPORALITY_ \
        3:is_monotonic:bool
      Histogram 1:data_points:*HistogramDataPoint \
        2:aggregation_temporality:AGGREGATION_TEMPORALITY_
      ExponentialHistogram 1:data_points:*ExponentialHistogramDataPoint \
        2:aggregation_temporality:AGGREGATION_TEMPORALITY_
      Summary 1:data_points:*SummaryDataPoint
      NumberDataPoint 2:start_time_unix_nano:fixed64 3:time_unix_nano:fixed64 4:as_double:double \
        5:exemplars:*Exemplar 6:as_int:sfixed64 7:attributes:*KeyValue 8:flags:uint32
      HistogramDataPoint 2:start_time_unix_nano:fixed64 3:time_unix_nano:fixed64 4:count:fixed64 \
        5:sum:double 6:bucket_counts:*fixed64 7:explicit_bounds:*double 8:exemplars:*Exemplar \
        9:attributes:*KeyValue 10:flags:uint32 11:min:double 12:max:double
      ExponentialHistogramDataPoint 1:attributes:*KeyValue 2:start_time_unix_nano:fixed64 \
        3:time_unix_nano:fixed64 4:count:fixed64 5:sum:double 6:scale:sint32 7:zero_count:fixed64 \
        8:positive:Buckets 9:negative:Buckets 10:flags:uint32 11:exemplars:*Exemplar 12:min:double \
        13:max:double 14:zero_threshold:double
      Buckets 1:offset:sint32 2:bucket_counts:*uint64
      SummaryDataPoint 2:start_time_unix_nano:fixed64 3:time_unix_nano:fixed64 4:count:fixed64 \
        5:sum:double 6:quantile_values:*ValueAtQuantile 7:attributes:*KeyValue 8:flags:uint32
      ValueAtQuantile 1:quantile:double 2:value:double
      Exemplar 2:time_unix_nano:fixed64 3:as_double:double 4:span_id:id8 5:trace_id:id16 \
        6:as_int:sfixed64 7:filtered_attributes:*KeyValue
      ResourceLogs 1:resource:Resource 2:scope_logs:*ScopeLogs 3:schema_url:string
      ScopeLogs 1:scope:InstrumentationScope 2:log_records:*LogRecord 3:schema_url:string
      LogRecord 1:time_unix_nano:fixed64 2:severity_number:SEVERITY_NUMBER_ \
        3:severity_text:string 5:body:AnyValue 6:attributes:*KeyValue \
        7:dropped_attributes_count:uint32 8:flags:fixed32 9:trace_id:id16 10:span_id:id8 \
        11:observed_time_unix_nano:fixed64 12:event_name:string
      ExportTraceServiceResponse 1:partial_success:ExportTracePartialSuccess
      ExportTracePartialSuccess 1:rejected_spans:int64 2:error_message:string
      ExportMetricsServiceResponse 1:partial_success:ExportMetricsPartialSuccess
      ExportMetricsPartialSuccess 1:rejected_data_points:int64 2:error_message:string
      ExportLogsServiceResponse 1:partial_success:ExportLogsPartialSuccess
      ExportLogsPartialSuccess 1:rejected_log_records:int64 2:error_message:string
      """;

  /** Names of enumeration values, by number, without the prefix. */
  private static final Map<String, String[]> ENUMS =
      Map.of(
          "SPAN_KIND_",
          "UNSPECIFIED INTERNAL SERVER CLIENT PRODUCER CONSUMER".split(" "),
          "STATUS_CODE_",
          "UNSET OK ERROR".split(" "),
          "AGGREGATION_TEMPORALITY_",
          "UNSPECIFIED DELTA CUMULATIVE".split(" "),
          "SEVERITY_NUMBER_",
          ("UNSPECIFIED TRACE TRACE2 TRACE3 TRACE4 DEBUG DEBUG2 DEBUG3 DEBUG4 INFO INFO2 INFO3"
                  + " INFO4 WARN WARN2 WARN3 WARN4 ERROR ERROR2 ERROR3 ERROR4 FATAL FATAL2 FATAL3"
                  + " FATAL4")
              .split(" "));

  private static final Map<String, Message> MESSAGES = parse();

  private static final Message TRACES = message("ExportTraceServiceRequest");
  private static final Message METRICS = message("ExportMetricsServiceRequest");
  private static final Message LOGS = message("ExportLogsServiceRequest");

  private OtlpSchema() {}

  /** The {@code Export…ServiceRequest} of a signal. */
  static Message request(Signal signal) {
    return switch (signal) {
      case TRACES -> TRACES;
      case METRICS -> METRICS;
      case LOGS -> LOGS;
    };
  }

  /** A message by its name without packages. */
  static Message message(String name) {
    Message message = MESSAGES.get(name);
    if (message == null) {
      throw new IllegalArgumentException(name);
    }
    return message;
  }

  private static Map<String, Message> parse() {
    Map<String, Message> messages = new HashMap<>();
    for (String line : TABLE.lines().toList()) {
      String[] words = line.trim().split(" +");
      Message message = messages.computeIfAbsent(words[0], Message::new);
      for (int i = 1; i < words.length; i++) {
        add(message, words[i].split(":"), messages);
      }
    }
    return messages;
  }

  private static void add(Message to, String[] parts, Map<String, Message> messages) {
    boolean repeated = parts[2].startsWith("*");
    String typeName = repeated ? parts[2].substring(1) : parts[2];
    String[] values = ENUMS.get(typeName);
    Message nested = null;
    Type type;
    String[] names = null;
    if (values != null) {
      type = Type.ENUM;
      names = new String[values.length];
      for (int i = 0; i < names.length; i++) {
        names[i] = typeName + values[i];
      }
    } else if (Character.isUpperCase(typeName.charAt(0))) {
      type = Type.MESSAGE;
      nested = messages.computeIfAbsent(typeName, Message::new);
    } else {
      type = Type.valueOf(typeName.toUpperCase(Locale.ROOT));
    }
    int number = Integer.parseInt(parts[0]);
    Field field = new Field(number, parts[1], camelCase(parts[1]), type, repeated, nested, names);
    to.byTag[field.tag()] = field;
    to.byTag[number << 3 | type.wireType] = field;
    to.byName.put(field.name, field);
    to.byName.put(field.jsonName, field);
  }

  private static String camelCase(String name) {
    StringBuilder camel = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      camel.append(c == '_' ? Character.toUpperCase(name.charAt(++i)) : c);
    }
    return camel.toString();
  }
}
