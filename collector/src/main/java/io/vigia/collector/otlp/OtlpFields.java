package io.vigia.collector.otlp;

/**
 * The tags ({@code field number << 3 | wire type}, as {@link ProtoReader#tag} gives and {@link
 * ProtoWriter} takes them) of every OTLP message, version 1.11 of opentelemetry-proto. A field that
 * comes with another wire type has another tag and so is ignored, as protobuf says.
 *
 * <p>Packed fields may also come unpacked; those tags end in {@code _UNPACKED}. A test holds all of
 * this against the official descriptors.
 */
public final class OtlpFields {
  private OtlpFields() {}

  // opentelemetry/proto/collector/{trace,metrics,logs}/v1/*_service.proto:
  // Export{Trace,Metrics,Logs}ServiceRequest
  public static final int REQUEST_RESOURCE_GROUPS = 1 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/{trace,metrics,logs}/v1/*.proto: Resource{Spans,Metrics,Logs}
  public static final int RESOURCE_GROUP_RESOURCE = 1 << 3 | ProtoReader.LEN;
  public static final int RESOURCE_GROUP_SCOPE_GROUPS = 2 << 3 | ProtoReader.LEN;
  public static final int RESOURCE_GROUP_SCHEMA_URL = 3 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/{trace,metrics,logs}/v1/*.proto: Scope{Spans,Metrics,Logs}; items are
  // spans, metrics, log records
  public static final int SCOPE_GROUP_SCOPE = 1 << 3 | ProtoReader.LEN;
  public static final int SCOPE_GROUP_ITEMS = 2 << 3 | ProtoReader.LEN;
  public static final int SCOPE_GROUP_SCHEMA_URL = 3 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/resource/v1/resource.proto: Resource
  public static final int RESOURCE_ATTRIBUTES = 1 << 3 | ProtoReader.LEN;
  public static final int RESOURCE_DROPPED_ATTRIBUTES_COUNT = 2 << 3 | ProtoReader.VARINT;
  public static final int RESOURCE_ENTITY_REFS = 3 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/common/v1/common.proto: InstrumentationScope
  public static final int SCOPE_NAME = 1 << 3 | ProtoReader.LEN;
  public static final int SCOPE_VERSION = 2 << 3 | ProtoReader.LEN;
  public static final int SCOPE_ATTRIBUTES = 3 << 3 | ProtoReader.LEN;
  public static final int SCOPE_DROPPED_ATTRIBUTES_COUNT = 4 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/common/v1/common.proto: KeyValue
  public static final int KEY_VALUE_KEY = 1 << 3 | ProtoReader.LEN;
  public static final int KEY_VALUE_VALUE = 2 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/common/v1/common.proto: AnyValue
  public static final int ANY_VALUE_STRING_VALUE = 1 << 3 | ProtoReader.LEN;
  public static final int ANY_VALUE_BOOL_VALUE = 2 << 3 | ProtoReader.VARINT;
  public static final int ANY_VALUE_INT_VALUE = 3 << 3 | ProtoReader.VARINT;
  public static final int ANY_VALUE_DOUBLE_VALUE = 4 << 3 | ProtoReader.FIXED64;
  public static final int ANY_VALUE_ARRAY_VALUE = 5 << 3 | ProtoReader.LEN;
  public static final int ANY_VALUE_KVLIST_VALUE = 6 << 3 | ProtoReader.LEN;
  public static final int ANY_VALUE_BYTES_VALUE = 7 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/common/v1/common.proto: ArrayValue
  public static final int ARRAY_VALUE_VALUES = 1 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/common/v1/common.proto: KeyValueList
  public static final int KEY_VALUE_LIST_VALUES = 1 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/trace/v1/trace.proto: Span
  public static final int SPAN_TRACE_ID = 1 << 3 | ProtoReader.LEN;
  public static final int SPAN_SPAN_ID = 2 << 3 | ProtoReader.LEN;
  public static final int SPAN_TRACE_STATE = 3 << 3 | ProtoReader.LEN;
  public static final int SPAN_PARENT_SPAN_ID = 4 << 3 | ProtoReader.LEN;
  public static final int SPAN_FLAGS = 16 << 3 | ProtoReader.FIXED32;
  public static final int SPAN_NAME = 5 << 3 | ProtoReader.LEN;
  public static final int SPAN_KIND = 6 << 3 | ProtoReader.VARINT;
  public static final int SPAN_START_TIME_UNIX_NANO = 7 << 3 | ProtoReader.FIXED64;
  public static final int SPAN_END_TIME_UNIX_NANO = 8 << 3 | ProtoReader.FIXED64;
  public static final int SPAN_ATTRIBUTES = 9 << 3 | ProtoReader.LEN;
  public static final int SPAN_DROPPED_ATTRIBUTES_COUNT = 10 << 3 | ProtoReader.VARINT;
  public static final int SPAN_EVENTS = 11 << 3 | ProtoReader.LEN;
  public static final int SPAN_DROPPED_EVENTS_COUNT = 12 << 3 | ProtoReader.VARINT;
  public static final int SPAN_LINKS = 13 << 3 | ProtoReader.LEN;
  public static final int SPAN_DROPPED_LINKS_COUNT = 14 << 3 | ProtoReader.VARINT;
  public static final int SPAN_STATUS = 15 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/trace/v1/trace.proto: Span.Event
  public static final int EVENT_TIME_UNIX_NANO = 1 << 3 | ProtoReader.FIXED64;
  public static final int EVENT_NAME = 2 << 3 | ProtoReader.LEN;
  public static final int EVENT_ATTRIBUTES = 3 << 3 | ProtoReader.LEN;
  public static final int EVENT_DROPPED_ATTRIBUTES_COUNT = 4 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/trace/v1/trace.proto: Span.Link
  public static final int LINK_TRACE_ID = 1 << 3 | ProtoReader.LEN;
  public static final int LINK_SPAN_ID = 2 << 3 | ProtoReader.LEN;
  public static final int LINK_TRACE_STATE = 3 << 3 | ProtoReader.LEN;
  public static final int LINK_ATTRIBUTES = 4 << 3 | ProtoReader.LEN;
  public static final int LINK_DROPPED_ATTRIBUTES_COUNT = 5 << 3 | ProtoReader.VARINT;
  public static final int LINK_FLAGS = 6 << 3 | ProtoReader.FIXED32;

  // opentelemetry/proto/trace/v1/trace.proto: Status
  public static final int STATUS_MESSAGE = 2 << 3 | ProtoReader.LEN;
  public static final int STATUS_CODE = 3 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/logs/v1/logs.proto: LogRecord
  public static final int LOG_TIME_UNIX_NANO = 1 << 3 | ProtoReader.FIXED64;
  public static final int LOG_OBSERVED_TIME_UNIX_NANO = 11 << 3 | ProtoReader.FIXED64;
  public static final int LOG_SEVERITY_NUMBER = 2 << 3 | ProtoReader.VARINT;
  public static final int LOG_SEVERITY_TEXT = 3 << 3 | ProtoReader.LEN;
  public static final int LOG_BODY = 5 << 3 | ProtoReader.LEN;
  public static final int LOG_ATTRIBUTES = 6 << 3 | ProtoReader.LEN;
  public static final int LOG_DROPPED_ATTRIBUTES_COUNT = 7 << 3 | ProtoReader.VARINT;
  public static final int LOG_FLAGS = 8 << 3 | ProtoReader.FIXED32;
  public static final int LOG_TRACE_ID = 9 << 3 | ProtoReader.LEN;
  public static final int LOG_SPAN_ID = 10 << 3 | ProtoReader.LEN;
  public static final int LOG_EVENT_NAME = 12 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/metrics/v1/metrics.proto: Metric
  public static final int METRIC_NAME = 1 << 3 | ProtoReader.LEN;
  public static final int METRIC_DESCRIPTION = 2 << 3 | ProtoReader.LEN;
  public static final int METRIC_UNIT = 3 << 3 | ProtoReader.LEN;
  public static final int METRIC_GAUGE = 5 << 3 | ProtoReader.LEN;
  public static final int METRIC_SUM = 7 << 3 | ProtoReader.LEN;
  public static final int METRIC_HISTOGRAM = 9 << 3 | ProtoReader.LEN;
  public static final int METRIC_EXPONENTIAL_HISTOGRAM = 10 << 3 | ProtoReader.LEN;
  public static final int METRIC_SUMMARY = 11 << 3 | ProtoReader.LEN;
  public static final int METRIC_METADATA = 12 << 3 | ProtoReader.LEN;

  // opentelemetry/proto/metrics/v1/metrics.proto: Gauge, Sum, Histogram, ExponentialHistogram,
  // Summary
  public static final int DATA_DATA_POINTS = 1 << 3 | ProtoReader.LEN;
  public static final int DATA_AGGREGATION_TEMPORALITY = 2 << 3 | ProtoReader.VARINT;
  public static final int DATA_IS_MONOTONIC = 3 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/metrics/v1/metrics.proto: NumberDataPoint
  public static final int NUMBER_POINT_ATTRIBUTES = 7 << 3 | ProtoReader.LEN;
  public static final int NUMBER_POINT_START_TIME_UNIX_NANO = 2 << 3 | ProtoReader.FIXED64;
  public static final int NUMBER_POINT_TIME_UNIX_NANO = 3 << 3 | ProtoReader.FIXED64;
  public static final int NUMBER_POINT_AS_DOUBLE = 4 << 3 | ProtoReader.FIXED64;
  public static final int NUMBER_POINT_AS_INT = 6 << 3 | ProtoReader.FIXED64;
  public static final int NUMBER_POINT_EXEMPLARS = 5 << 3 | ProtoReader.LEN;
  public static final int NUMBER_POINT_FLAGS = 8 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/metrics/v1/metrics.proto: HistogramDataPoint
  public static final int HISTOGRAM_POINT_ATTRIBUTES = 9 << 3 | ProtoReader.LEN;
  public static final int HISTOGRAM_POINT_START_TIME_UNIX_NANO = 2 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_TIME_UNIX_NANO = 3 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_COUNT = 4 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_SUM = 5 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_BUCKET_COUNTS = 6 << 3 | ProtoReader.LEN;
  public static final int HISTOGRAM_POINT_BUCKET_COUNTS_UNPACKED = 6 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_EXPLICIT_BOUNDS = 7 << 3 | ProtoReader.LEN;
  public static final int HISTOGRAM_POINT_EXPLICIT_BOUNDS_UNPACKED = 7 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_EXEMPLARS = 8 << 3 | ProtoReader.LEN;
  public static final int HISTOGRAM_POINT_FLAGS = 10 << 3 | ProtoReader.VARINT;
  public static final int HISTOGRAM_POINT_MIN = 11 << 3 | ProtoReader.FIXED64;
  public static final int HISTOGRAM_POINT_MAX = 12 << 3 | ProtoReader.FIXED64;

  // opentelemetry/proto/metrics/v1/metrics.proto: ExponentialHistogramDataPoint
  public static final int EXPONENTIAL_POINT_ATTRIBUTES = 1 << 3 | ProtoReader.LEN;
  public static final int EXPONENTIAL_POINT_START_TIME_UNIX_NANO = 2 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_TIME_UNIX_NANO = 3 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_COUNT = 4 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_SUM = 5 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_SCALE = 6 << 3 | ProtoReader.VARINT;
  public static final int EXPONENTIAL_POINT_ZERO_COUNT = 7 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_POSITIVE = 8 << 3 | ProtoReader.LEN;
  public static final int EXPONENTIAL_POINT_NEGATIVE = 9 << 3 | ProtoReader.LEN;
  public static final int EXPONENTIAL_POINT_FLAGS = 10 << 3 | ProtoReader.VARINT;
  public static final int EXPONENTIAL_POINT_EXEMPLARS = 11 << 3 | ProtoReader.LEN;
  public static final int EXPONENTIAL_POINT_MIN = 12 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_MAX = 13 << 3 | ProtoReader.FIXED64;
  public static final int EXPONENTIAL_POINT_ZERO_THRESHOLD = 14 << 3 | ProtoReader.FIXED64;

  // opentelemetry/proto/metrics/v1/metrics.proto: ExponentialHistogramDataPoint.Buckets
  public static final int BUCKETS_OFFSET = 1 << 3 | ProtoReader.VARINT;
  public static final int BUCKETS_BUCKET_COUNTS = 2 << 3 | ProtoReader.LEN;
  public static final int BUCKETS_BUCKET_COUNTS_UNPACKED = 2 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/metrics/v1/metrics.proto: SummaryDataPoint
  public static final int SUMMARY_POINT_ATTRIBUTES = 7 << 3 | ProtoReader.LEN;
  public static final int SUMMARY_POINT_START_TIME_UNIX_NANO = 2 << 3 | ProtoReader.FIXED64;
  public static final int SUMMARY_POINT_TIME_UNIX_NANO = 3 << 3 | ProtoReader.FIXED64;
  public static final int SUMMARY_POINT_COUNT = 4 << 3 | ProtoReader.FIXED64;
  public static final int SUMMARY_POINT_SUM = 5 << 3 | ProtoReader.FIXED64;
  public static final int SUMMARY_POINT_QUANTILE_VALUES = 6 << 3 | ProtoReader.LEN;
  public static final int SUMMARY_POINT_FLAGS = 8 << 3 | ProtoReader.VARINT;

  // opentelemetry/proto/metrics/v1/metrics.proto: SummaryDataPoint.ValueAtQuantile
  public static final int QUANTILE_QUANTILE = 1 << 3 | ProtoReader.FIXED64;
  public static final int QUANTILE_VALUE = 2 << 3 | ProtoReader.FIXED64;

  // opentelemetry/proto/metrics/v1/metrics.proto: Exemplar
  public static final int EXEMPLAR_FILTERED_ATTRIBUTES = 7 << 3 | ProtoReader.LEN;
  public static final int EXEMPLAR_TIME_UNIX_NANO = 2 << 3 | ProtoReader.FIXED64;
  public static final int EXEMPLAR_AS_DOUBLE = 3 << 3 | ProtoReader.FIXED64;
  public static final int EXEMPLAR_AS_INT = 6 << 3 | ProtoReader.FIXED64;
  public static final int EXEMPLAR_SPAN_ID = 4 << 3 | ProtoReader.LEN;
  public static final int EXEMPLAR_TRACE_ID = 5 << 3 | ProtoReader.LEN;
}
