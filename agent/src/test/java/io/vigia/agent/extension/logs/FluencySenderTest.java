package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FluencySenderTest {

  /** Behind the header of the entry and that of the time. */
  private static final int SECONDS_AT = 3;

  @ParameterizedTest
  @CsvSource({
    "2026-11-23T20:00:00.5Z, 2026-11-23T20:00:00.5Z",
    "2038-01-19T03:14:08Z, 2038-01-19T03:14:08Z",
    "2106-02-07T06:28:14Z, 2106-02-07T06:28:13Z", // the protocol has no later one
    "2150-01-01T00:00:00Z, 2106-02-07T06:28:13Z",
    "1969-12-31T23:59:59.9Z, 1970-01-01T00:00:00.9Z"
  })
  void eventIsSentWhateverItsTime(Instant time, Instant sent) {
    long epochNanos = time.getEpochSecond() * 1_000_000_000L + time.getNano();
    ByteBuffer entry = ByteBuffer.wrap(FluencySender.entry(epochNanos, new byte[0]));
    assertThat(
            Instant.ofEpochSecond(
                Integer.toUnsignedLong(entry.getInt(SECONDS_AT)), entry.getInt(SECONDS_AT + 4)))
        .isEqualTo(sent);
  }
}
