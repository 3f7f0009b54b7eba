package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.vigia.agent.programs.LargeSpans;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Point 6: what waits for the collector is bounded in bytes. */
class QueuesIT {

  /** 200 MB of spans in a heap of 96 MB. */
  @Test
  void spansBeyondTheQueueAreDroppedCountedAndReported() throws Exception {
    try (Receiver receiver = Receiver.start();
        Jvm jvm =
            Jvm.of(LargeSpans.class, "opentelemetry-api", "opentelemetry-context", "jspecify")
                .sendingTo(receiver)
                .option("-Xmx96m")
                .option("-Dotel.metric.export.interval=300")
                .argument("told")
                .start()) {
      assertThat(jvm.await("made")).isEqualTo(Integer.toString(LargeSpans.SPANS));
      jvm.awaitUnlessEnded(() -> receiver.spans.size() + dropped(receiver) >= LargeSpans.SPANS);
      jvm.endWell();
      assertThat(dropped(receiver)).as(jvm.output()).isPositive();
      assertThat(receiver.spans.size() + dropped(receiver)).isEqualTo(LargeSpans.SPANS);
      assertThat(jvm.output()).doesNotContain("OutOfMemory");
    }
  }

  private static long dropped(Receiver receiver) {
    return receiver.metric("vigia.agent.payloads").stream()
        .flatMap(metric -> metric.getSum().getDataPointsList().stream())
        .filter(
            point ->
                attributes(point)
                    .equals(
                        Map.of("signal", "spans", "outcome", "dropped", "reason", "queue full")))
        .mapToLong(NumberDataPoint::getAsInt)
        .sum();
  }

  private static Map<String, String> attributes(NumberDataPoint point) {
    return point.getAttributesList().stream()
        .collect(Collectors.toMap(KeyValue::getKey, pair -> pair.getValue().getStringValue()));
  }
}
