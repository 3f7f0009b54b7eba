package io.vigia.tests.oracle;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static io.vigia.tests.backends.Backend.JAEGER;
import static io.vigia.tests.backends.Backend.PROMETHEUS;
import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The oracle, bounded. The long run: {@code tests/oracle --kills 100}. */
@Isolated("real servers, counted and timed")
@Needs({ELASTICSEARCH, JAEGER, PROMETHEUS})
class DebtOracleIT {
  @Test
  void everyAcknowledgedEventArrivesAndNoneTwice() throws Exception {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      Duration limit = Duration.ofMinutes(10);
      Duration drain = Duration.ofSeconds(300);
      Verdict verdict = DebtOracle.run(elasticsearch, 15, limit, 8, 1, drain, false);
      assertThat(verdict.untried()).as("so that the rest says something").isEmpty();
      assertThat(verdict.missing()).as("acknowledged and lost").isEmpty();
      assertThat(verdict.doubled()).as("in Elasticsearch more than once").isEmpty();
    }
  }
}
