package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.vigia.collector.core.Signal;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class OtlpItemsTest {
  private final OtlpItems items = new OtlpItems();

  @Property(tries = 100)
  void walksSpansAndLogsInOrderWithTheirResourceAndScope(@ForAll long seed) throws Exception {
    var traces = (ExportTraceServiceRequest) new RandomOtlp(seed).request(Signal.TRACES);
    List<Object> expected = new ArrayList<>();
    for (var resource : traces.getResourceSpansList()) {
      for (var scope : resource.getScopeSpansList()) {
        for (var span : scope.getSpansList()) {
          expected.add(
              List.of(
                  hex(resource.getResource()),
                  resource.getSchemaUrl(),
                  hex(scope.getScope()),
                  scope.getSchemaUrl(),
                  hex(span)));
        }
      }
    }
    assertThat(walk(Signal.TRACES, traces)).isEqualTo(expected);

    var logs = (ExportLogsServiceRequest) new RandomOtlp(seed).request(Signal.LOGS);
    expected.clear();
    for (var resource : logs.getResourceLogsList()) {
      for (var scope : resource.getScopeLogsList()) {
        for (var log : scope.getLogRecordsList()) {
          expected.add(
              List.of(
                  hex(resource.getResource()),
                  resource.getSchemaUrl(),
                  hex(scope.getScope()),
                  scope.getSchemaUrl(),
                  hex(log)));
        }
      }
    }
    assertThat(walk(Signal.LOGS, logs)).isEqualTo(expected);
  }

  @Property(tries = 100)
  void walksDataPointsWithTheirMetric(@ForAll long seed) {
    var request = (ExportMetricsServiceRequest) new RandomOtlp(seed).request(Signal.METRICS);
    List<String> expected = new ArrayList<>();
    for (var resource : request.getResourceMetricsList()) {
      for (var scope : resource.getScopeMetricsList()) {
        for (Metric metric : scope.getMetricsList()) {
          points(metric)
              .forEach(
                  point ->
                      expected.add(
                          hex(resource.getResource())
                              + metric.getName()
                              + metric.getUnit()
                              + metric.getDescription()
                              + metric.getDataCase()
                              + metric.getSum().getIsMonotonic()
                              + hex(point)));
        }
      }
    }
    byte[] bytes = request.toByteArray();
    items.reset(Signal.METRICS, bytes, 0, bytes.length);
    List<String> walked = new ArrayList<>();
    while (items.next()) {
      assertThat(items.index()).isEqualTo(walked.size());
      MetricView metric = items.metric();
      walked.add(
          items.resource().hex()
              + metric.name()
              + metric.unit()
              + metric.description()
              + metric.kind()
              + metric.monotonic()
              + items.item().hex());
    }
    assertThat(walked).isEqualTo(expected);
  }

  @Property(tries = 50)
  void attributesAreKeyAndValueInOrder(@ForAll long seed) throws Exception {
    var request = (ExportLogsServiceRequest) new RandomOtlp(seed).request(Signal.LOGS);
    KeyValues attributes = new KeyValues();
    byte[] bytes = request.toByteArray();
    items.reset(Signal.LOGS, bytes, 0, bytes.length);
    while (items.next()) {
      var log = io.opentelemetry.proto.logs.v1.LogRecord.parseFrom(items.item().toByteArray());
      attributes.reset(items.item(), OtlpFields.LOG_ATTRIBUTES);
      for (KeyValue expected : log.getAttributesList()) {
        assertThat(attributes.next()).isTrue();
        assertThat(attributes.key()).hasToString(expected.getKey());
        check(attributes.value(), expected.getValue());
      }
      assertThat(attributes.next()).isFalse();
    }
  }

  private static void check(AnyValue value, io.opentelemetry.proto.common.v1.AnyValue expected) {
    switch (expected.getValueCase()) {
      case STRING_VALUE -> assertThat(value.bytes()).hasToString(expected.getStringValue());
      case BOOL_VALUE -> assertThat(value.boolValue()).isEqualTo(expected.getBoolValue());
      case INT_VALUE -> assertThat(value.intValue()).isEqualTo(expected.getIntValue());
      case DOUBLE_VALUE ->
          assertThat(value.doubleValue()).isEqualTo((Double) expected.getDoubleValue());
      case BYTES_VALUE ->
          assertThat(value.bytes().toByteArray()).isEqualTo(expected.getBytesValue().toByteArray());
      case KVLIST_VALUE -> {
        KeyValues list = new KeyValues().reset(value.bytes(), OtlpFields.KEY_VALUE_LIST_VALUES);
        for (KeyValue entry : expected.getKvlistValue().getValuesList()) {
          assertThat(list.next()).isTrue();
          assertThat(list.key()).hasToString(entry.getKey());
          check(list.value(), entry.getValue());
        }
        assertThat(list.next()).isFalse();
      }
      case ARRAY_VALUE -> {
        AnyValues array = new AnyValues().reset(value.bytes());
        for (var element : expected.getArrayValue().getValuesList()) {
          assertThat(array.next()).isTrue();
          check(array.value(), element);
        }
        assertThat(array.next()).isFalse();
      }
      default -> assertThat(value.kind()).isEqualTo(AnyValue.Kind.EMPTY);
    }
  }

  private List<Object> walk(Signal signal, Message request) {
    byte[] bytes = request.toByteArray();
    items.reset(signal, bytes, 0, bytes.length);
    List<Object> walked = new ArrayList<>();
    while (items.next()) {
      assertThat(items.index()).isEqualTo(walked.size());
      walked.add(
          List.of(
              items.resource().hex(),
              items.resourceSchemaUrl().toString(),
              items.scope().hex(),
              items.scopeSchemaUrl().toString(),
              items.item().hex()));
    }
    return walked;
  }

  private static List<? extends Message> points(Metric metric) {
    return switch (metric.getDataCase()) {
      case GAUGE -> metric.getGauge().getDataPointsList();
      case SUM -> metric.getSum().getDataPointsList();
      case HISTOGRAM -> metric.getHistogram().getDataPointsList();
      case EXPONENTIAL_HISTOGRAM -> metric.getExponentialHistogram().getDataPointsList();
      case SUMMARY -> metric.getSummary().getDataPointsList();
      case DATA_NOT_SET -> List.of();
    };
  }

  private static String hex(Message message) {
    byte[] bytes = message.toByteArray();
    return new Slice().set(bytes, 0, bytes.length).hex();
  }
}
