package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {
  @ParameterizedTest
  @CsvSource({
    "2H, PT2H",
    "3M, PT3M",
    "10S, PT10S",
    "250m, PT0.25S",
    "7u, PT0.000007S",
    "99n, PT0.000000099S"
  })
  void unitsAreThoseOfTheSpecification(String header, Duration timeout) {
    assertThat(GrpcTimeout.nanos(header)).isEqualTo(timeout.toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999H", "2562048H", "99999999M"})
  void moreThanAYearIsAYear(String header) {
    assertThat(GrpcTimeout.nanos(header)).isEqualTo(Duration.ofDays(365).toNanos());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "S", "10", "10s", "-1S", "1.5S", "100000000n"})
  void whatIsNoTimeoutIsNone(String header) {
    assertThat(GrpcTimeout.nanos(header)).isZero();
  }

  @Test
  void noHeaderIsNoTimeout() {
    assertThat(GrpcTimeout.nanos(null)).isZero();
  }
}
