package io.vigia.collector.export.prometheus;

import static io.vigia.collector.export.TestBatches.attribute;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.resource.v1.Resource;
import io.vigia.collector.otlp.Slice;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** opentelemetry.io, "Prometheus and OpenMetrics Compatibility", Resource Attributes. */
class ResourceLabelsTest {
  private final ResourceLabels.Cache cache = new ResourceLabels.Cache();

  @Test
  void jobIsNamespaceAndNameInstanceIsTheId() {
    ResourceLabels labels =
        of(
            Map.of(),
            "service.name",
            "cart",
            "service.namespace",
            "shop",
            "service.instance.id",
            "7");
    assertThat(labels.identity()).isEqualTo(Map.of("job", "shop/cart", "instance", "7"));
    assertThat(of(Map.of(), "service.name", "cart").identity()).isEqualTo(Map.of("job", "cart"));
    assertThat(of(Map.of(), "service.namespace", "shop").identity()).isEmpty();
  }

  @Test
  void targetInfoHasEverythingElse() {
    ResourceLabels labels =
        of(Map.of(), "service.name", "cart", "k8s.pod.name", "cart-1", "host.name", "n1");
    assertThat(info(labels, 1000))
        .isEqualTo(Map.of("job", "cart", "k8s_pod_name", "cart-1", "host_name", "n1"));
  }

  @Test
  void noTargetInfoWhenItWouldIdentifyNothingOrSayNothing() {
    assertThat(of(Map.of(), "host.name", "n1").info(1000)).isNull();
    assertThat(of(Map.of(), "service.name", "cart").info(1000)).isNull();
  }

  @Test
  void whatIntakeKnewCountsWhereTheResourceIsSilent() {
    ResourceLabels labels =
        of(Map.of("service.name", "guessed", "k8s.node.name", "n1"), "service.name", "cart");
    assertThat(info(labels, 1000)).isEqualTo(Map.of("job", "cart", "k8s_node_name", "n1"));
  }

  @Test
  void targetInfoNeverGoesBackInTime() {
    ResourceLabels labels = of(Map.of(), "service.name", "cart", "host.name", "n1");
    assertThat(labels.info(2000)).isNotNull();
    assertThat(labels.info(1000)).isNull();
    assertThat(labels.info(2000)).isNotNull();
  }

  @Test
  void aClockThatWasAheadForAMomentDoesNotSilenceTargetInfo() {
    ResourceLabels labels = of(Map.of(), "service.name", "cart", "host.name", "n1");
    long now = 1_795_220_885_123L;
    assertThat(labels.info(now + 86_400_000)).isNotNull(); // refused by Prometheus
    assertThat(labels.info(now)).isNotNull();
    assertThat(labels.info(now - 1)).isNull();
  }

  @Test
  void labelsThatMeetUnderOneNameAreJoinedInTheOrderOfTheirKeys() {
    ResourceLabels labels =
        of(Map.of(), "service.name", "cart", "host_name", "b", "host.name", "a", "empty", "");
    assertThat(info(labels, 1)).isEqualTo(Map.of("job", "cart", "host_name", "a;b"));
  }

  private static @Nullable Map<String, String> info(ResourceLabels labels, long millis) {
    MetricPoint info = labels.info(millis);
    if (info == null) {
      return null;
    }
    assertThat(info.family().name()).isEqualTo("target_info");
    assertThat(info.value()).isEqualTo(new MetricPoint.Number(1));
    assertThat(info.timestampMillis()).isEqualTo(millis);
    Map<String, String> all = new TreeMap<>();
    for (int i = 0; i < info.labels().size(); i++) {
      all.put(info.labels().name(i), info.labels().value(i));
    }
    return all;
  }

  private ResourceLabels of(Map<String, String> intake, String... keysAndValues) {
    Resource.Builder resource = Resource.newBuilder();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      resource.addAttributes(attribute(keysAndValues[i], keysAndValues[i + 1]));
    }
    byte[] bytes = resource.build().toByteArray();
    return cache.get(new Slice().set(bytes, 0, bytes.length), intake);
  }
}
