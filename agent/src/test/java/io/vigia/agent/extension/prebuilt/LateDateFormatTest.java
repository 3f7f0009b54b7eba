package io.vigia.agent.extension.prebuilt;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.ParseException;
import java.text.SimpleDateFormat;
import java.util.Date;
import org.junit.jupiter.api.Test;

class LateDateFormatTest {
  private static final Date SOME_TIME = new Date(1_700_000_000_123L);

  @Test
  void writesAndReadsAsTheFormatOfThatPattern() throws ParseException {
    String pattern = "'[otel.javaagent 'yyyy-MM-dd HH:mm:ss:SSS Z']'";
    String written = new LateDateFormat(pattern).format(SOME_TIME);
    assertThat(written).isEqualTo(new SimpleDateFormat(pattern).format(SOME_TIME));
    assertThat(new LateDateFormat(pattern).parse(written)).isEqualTo(SOME_TIME);
  }

  @Test
  void anUnknownPatternIsNoReasonNotToLog() {
    assertThat(new LateDateFormat("no pattern").format(SOME_TIME))
        .isEqualTo(new SimpleDateFormat().format(SOME_TIME));
  }
}
