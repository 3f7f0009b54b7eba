package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AddressesTest {

  @ParameterizedTest
  @CsvSource({
    "127.0.0.1, 127.0.0.1:4317",
    "0.0.0.0, 0.0.0.0:4317",
    "::, [::]:4317",
    "::1, [::1]:4317",
    "fd00:0:0:1:0:0:0:7, [fd00:0:0:1::7]:4317",
    "localhost, 127.0.0.1:4317",
  })
  void addressIsShownAsPeopleWriteIt(String listen, String shown) throws Exception {
    assertThat(Addresses.text(new InetSocketAddress(InetAddress.getByName(listen), 4317)))
        .isEqualTo(shown);
  }
}
