package io.vigia.collector.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import java.lang.reflect.Field;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OtlpFieldsTest {
  private static final Map<String, String> PREFIX = new HashMap<>();

  static {
    String[] pairs = {
      "KeyValue",
      "KEY_VALUE",
      "AnyValue",
      "ANY_VALUE",
      "ArrayValue",
      "ARRAY_VALUE",
      "KeyValueList",
      "KEY_VALUE_LIST",
      "InstrumentationScope",
      "SCOPE",
      "LogRecord",
      "LOG",
      "NumberDataPoint",
      "NUMBER_POINT",
      "HistogramDataPoint",
      "HISTOGRAM_POINT",
      "ExponentialHistogramDataPoint",
      "EXPONENTIAL_POINT",
      "SummaryDataPoint",
      "SUMMARY_POINT",
      "ValueAtQuantile",
      "QUANTILE",
      "Gauge",
      "DATA",
      "Sum",
      "DATA",
      "Histogram",
      "DATA",
      "ExponentialHistogram",
      "DATA",
      "Summary",
      "DATA",
      "ResourceSpans",
      "RESOURCE_GROUP",
      "ResourceMetrics",
      "RESOURCE_GROUP",
      "ResourceLogs",
      "RESOURCE_GROUP",
      "ScopeSpans",
      "SCOPE_GROUP",
      "ScopeMetrics",
      "SCOPE_GROUP",
      "ScopeLogs",
      "SCOPE_GROUP",
      "ExportTraceServiceRequest",
      "REQUEST",
      "ExportMetricsServiceRequest",
      "REQUEST",
      "ExportLogsServiceRequest",
      "REQUEST"
    };
    for (int i = 0; i < pairs.length; i += 2) {
      PREFIX.put(pairs[i], pairs[i + 1]);
    }
  }

  private final Map<String, Integer> seen = new HashMap<>();
  private final Set<Descriptor> visited = new HashSet<>();

  @Test
  void everyTagIsThatOfTheOfficialDescriptorAndNoneIsMissing() throws Exception {
    check(ExportTraceServiceRequest.getDescriptor());
    check(ExportMetricsServiceRequest.getDescriptor());
    check(ExportLogsServiceRequest.getDescriptor());
    Map<String, Integer> ours = new HashMap<>();
    for (Field field : OtlpFields.class.getFields()) {
      if (!field.getName().endsWith("_UNPACKED")) {
        ours.put(field.getName(), field.getInt(null));
      }
    }
    // entity references are not used by anybody here, but the resource's field is named
    seen.keySet().removeIf(name -> name.startsWith("ENTITYREF_"));
    assertThat(ours).isEqualTo(seen);
  }

  private void check(Descriptor message) {
    String prefix =
        PREFIX.getOrDefault(message.getName(), message.getName().toUpperCase(Locale.ROOT));
    for (FieldDescriptor field : message.getFields()) {
      if (field.getName().endsWith("strindex")) {
        continue; // for profiles only, says common.proto
      }
      String name =
          field
              .getName()
              .replaceFirst("^resource_(spans|metrics|logs)$", "resource_groups")
              .replaceFirst("^scope_(spans|metrics|logs)$", "scope_groups");
      if (prefix.equals("SCOPE_GROUP")
          && List.of("spans", "metrics", "log_records").contains(name)) {
        name = "items";
      }
      int type = field.isPacked() ? ProtoReader.LEN : field.getLiteType().getWireType();
      seen.put(prefix + "_" + name.toUpperCase(Locale.ROOT), field.getNumber() << 3 | type);
      if (field.getType() == FieldDescriptor.Type.MESSAGE && visited.add(field.getMessageType())) {
        check(field.getMessageType());
      }
    }
  }
}
