package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @ParameterizedTest
  @CsvSource({
    "jaeger, http://jaeger:4317, jaeger",
    "https://es.example/a/b/, https://es.example:4317/a/b, es.example",
    "http://[fd00::7]:9200, http://[fd00::7]:9200, fd00::7",
    "http://shop_elastic_1:9200/a_b?c_d=1, http://shop_elastic_1:9200/a_b?c_d=1, shop_elastic_1",
    "_jaeger:14317, http://_jaeger:14317, _jaeger",
  })
  void addressesAreReadAndWritten(String given, String whole, String host) {
    Endpoint endpoint = Endpoint.parse(given, 4317);
    assertThat(endpoint).hasToString(whole);
    assertThat(endpoint.host()).isEqualTo(host);
  }

  @Test
  void userAndPasswordBecomeAHeaderWhateverTheHost() {
    String header = "Basic YV91OnBfQHc="; // a_u:p_@w
    assertThat(Endpoint.parse("http://a_u:p_%40w@es:9200", 0).authorization()).isEqualTo(header);
    assertThat(Endpoint.parse("http://a_u:p_%40w@my_es:9200", 0).authorization()).isEqualTo(header);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://", "http://:9200", "http://my_es:port", "ftp://my_es", "my es"})
  void whatIsNoAddressIsSaid(String given) {
    assertThatThrownBy(() -> Endpoint.parse(given, 0)).isInstanceOf(IllegalArgumentException.class);
  }
}
