package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SignalAddressesTest {
  private static final String PREFIX = "otel.exporter.otlp.";

  @Test
  void signalIsKnownByTheAddressThatIsSetForItWhateverThePath() {
    SignalAddresses addresses =
        of(
            Map.of(
                PREFIX + "traces.endpoint", "https://b.example/otlp/in",
                PREFIX + "metrics.endpoint", "https://m.example"));
    assertThat(addresses.signal(URI.create("https://b.example/otlp/in"))).isEqualTo("traces");
    assertThat(addresses.signal(URI.create("https://m.example/"))).isEqualTo("metrics");
    assertThat(addresses.signal(URI.create("https://b.example/other"))).isNull();
    assertThat(addresses.isAnothers("traces")).isFalse();
  }

  @Test
  void addressOfTwoSignalsIsOfTheOneWithHeaders() {
    SignalAddresses addresses =
        of(
            Map.of(
                PREFIX + "traces.endpoint", "https://b.example/in",
                PREFIX + "logs.endpoint", "https://b.example/in",
                PREFIX + "logs.headers", "key=1"));
    assertThat(addresses.signal(URI.create("https://b.example/in"))).isEqualTo("logs");
    assertThat(addresses.isAnothers("logs")).isTrue();
    assertThat(addresses.isAnothers("traces")).isFalse();
  }

  @Test
  void addressThatIsNoneIsLeftToTheSdk() {
    assertThat(of(Map.of(PREFIX + "traces.endpoint", "b example")).signal(URI.create("x://y")))
        .isNull();
  }

  private static SignalAddresses of(Map<String, String> config) {
    return SignalAddresses.of(config::get);
  }
}
