package io.vigia.collector.receive.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StackTraceTest {
  private final List<String> events = new ArrayList<>();
  private final StreamEvents stream =
      new StreamEvents(
          false,
          /* joinStackTraces= */ true,
          64 << 10,
          event ->
              events.add(
                  new String(
                      event.array(), event.offset(), event.length(), StandardCharsets.UTF_8)));

  /** A name that does not end in Exception. */
  private static final class Kaputt extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Kaputt(String message, Throwable cause) {
      super(message, cause);
    }
  }

  @Test
  void whatTheJvmPrintsIsOneEventWithItsLogLine() {
    IllegalStateException cause = new IllegalStateException(); // no message
    cause.addSuppressed(new java.io.IOException("closing: failed"));
    Kaputt kaputt = new Kaputt("a message\nof two lines: yes", new Error("why\nreally", cause));
    StringWriter trace = new StringWriter();
    kaputt.printStackTrace(new PrintWriter(trace, true));
    String event = "10:00:00 ERROR x - order failed\n" + trace.toString().stripTrailing();
    add("10:00:00 INFO x - before", event, "10:00:01 INFO x - after");
    assertThat(events)
        .containsExactly("10:00:00 INFO x - before", event, "10:00:01 INFO x - after");
  }

  @Test
  void anExceptionWithoutALogLineIsOneEvent() {
    String event =
        "Exception in thread \"main\" a.B\n\tat a.C.main(C.java:1)\nCaused by: a.D\n\t... 1 more";
    add(event, "com.acme.Gone: x\n\tat a.C.main(C.java:1)");
    // the second one could as well be of the log line before it
    assertThat(String.join("\n", events))
        .isEqualTo(event + "\ncom.acme.Gone: x\n\tat a.C.main(C.java:1)");
    assertThat(events.get(0)).startsWith(event);
  }

  @Test
  void aClassNameWithoutFramesIsALineOfItsOwn() {
    add("INFO loading", "com.acme.Orders: ready", "io.acme.Other", "plain text", "INFO done");
    assertThat(events)
        .containsExactly(
            "INFO loading", "com.acme.Orders: ready", "io.acme.Other", "plain text", "INFO done");
  }

  @Test
  void indentedLinesOutsideOfATraceAreLinesOfTheirOwn() {
    add("usage:", "  -a  all", "  -b  both");
    assertThat(events).containsExactly("usage:", "  -a  all", "  -b  both");
  }

  @Test
  void aJsonLineIsNotWaitedFor() {
    stream.add(line("{\"message\":\"x\"}"), new Place(0, 0), 0, false);
    assertThat(events).containsExactly("{\"message\":\"x\"}");
    assertThat(stream.pending()).isNull();
  }

  private void add(String... texts) {
    long at = 0;
    for (String text : texts) {
      for (String each : text.split("\n")) {
        stream.add(line(each), new Place(0, at), at, false);
        at += each.length() + 1;
      }
    }
    stream.finish();
  }

  private static CriLine line(String message) {
    CriLine line = new CriLine();
    byte[] bytes = ("2026-11-21T10:00:00Z stdout F " + message).getBytes(StandardCharsets.UTF_8);
    line.read(bytes, 0, bytes.length);
    return line;
  }
}
