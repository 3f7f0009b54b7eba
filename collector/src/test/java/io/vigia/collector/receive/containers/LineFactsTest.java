package io.vigia.collector.receive.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineFactsTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String SPAN = "00f067aa0ba902b7";

  private final LineFacts facts = new LineFacts();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "10:00 INFO x - trace_id=T span_id=S - paid",
        "10:00 INFO x - traceId: \"T\", spanId: \"S\" paid",
        "10:00 INFO [shop,T,S] x - paid",
        "10:00 INFO [shop,T,S,true] x - paid",
        "10:00 INFO 1 --- [shop] [main] [T-S] x : paid",
        "ts=10:00 level=info trace.id=T span.id=S msg=paid",
        "{\"level\":\"INFO\",\"message\":\"paid\",\"trace_id\":\"T\",\"span_id\":\"S\"}",
        "{\"log.level\":\"INFO\",\"trace.id\":\"T\",\"span.id\":\"S\"}",
        "{\"log\":{\"level\":\"info\"},\"trace\":{\"id\":\"T\"},\"span\":{\"id\":\"S\"}}",
        "{\"level\":\"INFO\",\"mdc\":{\"traceId\":\"T\",\"spanId\":\"S\"},\"n\":[{\"level\":\"x\"}]}",
      })
  void findsLevelAndIds(String line) {
    read(line.replace("T", TRACE).replace("S", SPAN));
    assertThat(hex(facts.traceId())).isEqualTo(TRACE);
    assertThat(hex(facts.spanId())).isEqualTo(SPAN);
    assertThat(facts.severity()).isEqualTo(9);
    assertThat(facts.level()).isEqualToIgnoringCase("info");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{",
        "{\"a\":",
        "an information without a level",
        "md5 4bf92f3577b34da6a3ce929d0e0e4736 of the file",
        "trace_id=4bf92f3577b34da6a3ce929d0e0e47361234",
        "trace_id=xyz",
      })
  void findsNothingWhereThereIsNothing(String line) {
    read(line);
    assertThat(facts.traceId()).isNull();
    assertThat(facts.spanId()).isNull();
    assertThat(facts.severity()).isZero();
  }

  @Test
  void looksOnlyAtTheFirstLineOfAText() {
    read("10:00 WARN x - failed\ntrace_id=" + TRACE + " ERROR");
    assertThat(facts.traceId()).isNull();
    assertThat(facts.level()).isEqualTo("WARN");
  }

  private void read(String line) {
    byte[] bytes = ("f" + line + "f").getBytes(StandardCharsets.UTF_8);
    facts.read(bytes, 1, bytes.length - 2);
  }

  private static String hex(byte @Nullable [] id) {
    return id == null ? "" : HexFormat.of().formatHex(id);
  }
}
