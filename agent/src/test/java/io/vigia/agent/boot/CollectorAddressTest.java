package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CollectorAddressTest {

  @Test
  void withoutAnySettingItIsThisMachine() {
    CollectorAddress address = find(Map.of());
    assertThat(address.otlp()).hasToString("http://localhost:4318");
    assertThat(address.forward()).isEqualTo("localhost:24224");
    assertThat(address.source()).isEqualTo("default");
  }

  @Test
  void theFirstSettingInTheOrderWins() {
    Map<String, String> all =
        Map.of(
            "VIGIA_COLLECTOR", "one",
            "OTEL_EXPORTER_OTLP_ENDPOINT", "http://two:4318",
            "VIGIA_HOST_IP", "10.0.0.3",
            "HOST_IP", "10.0.0.4");
    assertThat(find(all).otlp()).hasToString("http://one:4318");
    assertThat(find(without(all, "VIGIA_COLLECTOR")).otlp()).hasToString("http://two:4318");
    assertThat(find(Map.of("VIGIA_HOST_IP", "10.0.0.3", "HOST_IP", "10.0.0.4")).otlp())
        .hasToString("http://10.0.0.3:4318");
    assertThat(find(Map.of("HOST_IP", "10.0.0.4")).source()).isEqualTo("HOST_IP");
  }

  @ParameterizedTest
  @CsvSource({
    "collector, http://collector:4318, collector:24224",
    "collector:9999, http://collector:9999, collector:24224",
    "https://c.example/otlp/, https://c.example:443/otlp, c.example:24224",
    "http://c.example:4318/, http://c.example:4318, c.example:24224",
    "fd00::7, http://[fd00::7]:4318, [fd00::7]:24224",
    "[fd00::7]:4000, http://[fd00::7]:4000, [fd00::7]:24224",
    "shop_collector_1, http://shop_collector_1:4318, shop_collector_1:24224",
    "https://_c.my_net/a_b, https://_c.my_net:443/a_b, _c.my_net:24224",
    "otel_collector:4317, http://otel_collector:4317, otel_collector:24224",
  })
  void hostPortAndUrlAreUnderstood(String value, String otlp, String forward) {
    CollectorAddress address = find(Map.of("VIGIA_COLLECTOR", value));
    assertThat(address.otlp()).hasToString(otlp);
    assertThat(address.forward()).isEqualTo(forward);
  }

  @Test
  void registeredGrpcPortMeansGrpc() {
    assertThat(find(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4317")).isGrpc()).isTrue();
    assertThat(find(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a_c:4317")).isGrpc()).isTrue();
    assertThat(find(Map.of("VIGIA_COLLECTOR", "c")).isGrpc()).isFalse();
    assertThat(find(Map.of("VIGIA_COLLECTOR", "a_c:4317")).http()).hasToString("http://a_c:4318");
    assertThat(find(Map.of("VIGIA_COLLECTOR", "c:9999")).http()).hasToString("http://c:9999");
  }

  /** As upstream; one that is not Vigía need not speak gRPC on the other port. */
  @Test
  void protocolThatIsSetHasItsPort() {
    Map<String, String> grpc = Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc");
    assertThat(find(grpc).otlp()).hasToString("http://localhost:4317");
    Map<String, String> both = new HashMap<>(grpc);
    both.put("VIGIA_COLLECTOR", "c");
    assertThat(find(both).otlp()).hasToString("http://c:4317");
    both.put("VIGIA_COLLECTOR", "c:4318");
    assertThat(find(both).otlp()).hasToString("http://c:4318");
    assertThat(find(Map.of("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")).otlp())
        .hasToString("http://localhost:4318");
  }

  /** What the verdict asks is where the SDK sends. */
  @Test
  void addressOfUpstreamsWithoutAPortHasTheOneOfItsScheme() {
    assertThat(find(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c")).otlp())
        .hasToString("http://c:80");
    assertThat(find(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "https://c")).otlp())
        .hasToString("https://c:443");
    assertThat(find(Map.of("VIGIA_COLLECTOR", "http://c")).otlp()).hasToString("http://c:4318");
  }

  @Test
  void forwardCanGoElsewhere() {
    CollectorAddress address = find(Map.of("VIGIA_COLLECTOR", "a", "VIGIA_FORWARD", "b:24225"));
    assertThat(address.forward()).isEqualTo("b:24225");
    assertThat(address.otlp().getHost()).isEqualTo("a");
  }

  @Test
  void whatIsNoAddressIsNamedByItsSettingAndNotRepeated() {
    assertThatThrownBy(() -> find(Map.of("VIGIA_COLLECTOR", "http://user:secret word@")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("VIGIA_COLLECTOR")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"tcp://c:4318", "grpc://c:4317", "unix:///run/c", "ftp://c", "c:70000", "c:0"})
  void whatTheSdkCannotSendToIsNoAddress(String value) {
    assertThatThrownBy(() -> find(Map.of("VIGIA_COLLECTOR", value)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("VIGIA_COLLECTOR is not an address");
    assertThat(find(Map.of("VIGIA_COLLECTOR", "HTTPS://c")).otlp()).hasToString("https://c:443");
  }

  private static CollectorAddress find(Map<String, String> env) {
    return CollectorAddress.find(name -> null, env::get);
  }

  private static Map<String, String> without(Map<String, String> map, String key) {
    Map<String, String> copy = new HashMap<>(map);
    copy.remove(key);
    return copy;
  }
}
