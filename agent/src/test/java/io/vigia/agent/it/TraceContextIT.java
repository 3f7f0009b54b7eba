package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.vigia.agent.programs.Relay;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Point 3: W3C Trace Context against a real service, after the test cases that the working group
 * publishes with the specification (w3c/trace-context, {@code test/test.py}). A request with raw
 * headers goes in; what the service sends on is looked at.
 */
class TraceContextIT {

  private static final String TRACE = "12345678901234567890123456789012";
  private static final String SPAN = "1234567890123456";
  private static final String PARENT = "traceparent: 00-" + TRACE + "-" + SPAN + "-01";

  private static final LinkedBlockingQueue<Headers> SENT_ON = new LinkedBlockingQueue<>();
  private static HttpServer next;
  private static Receiver receiver;
  private static Jvm relay;
  private static int port;

  @BeforeAll
  static void startTheService() throws Exception {
    next = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    next.createContext(
        "/",
        exchange -> {
          try (exchange) {
            SENT_ON.add(exchange.getRequestHeaders());
            exchange.sendResponseHeaders(204, -1);
          }
        });
    next.start();
    receiver = Receiver.start();
    relay =
        Jvm.of(Relay.class)
            .sendingTo(receiver)
            .argument(Integer.toString(next.getAddress().getPort()))
            .start();
    port = Integer.parseInt(relay.await("port"));
  }

  @AfterAll
  static void stop() throws Exception {
    relay.tell();
    assertThat(relay.exitCode(Duration.ofSeconds(60))).as(relay.output()).isZero();
    relay.close();
    receiver.close();
    next.stop(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00-" + TRACE + "-" + SPAN + "-01",
        "00-" + TRACE + "-" + SPAN + "-00",
        // level 2: a trace id that is random
        "00-" + TRACE + "-" + SPAN + "-03",
        // of a version to come, as far as it is known
        "cc-" + TRACE + "-" + SPAN + "-01",
        "cc-" + TRACE + "-" + SPAN + "-01-what-the-future-will-be-like",
        "  00-" + TRACE + "-" + SPAN + "-01",
        "\t 00-" + TRACE + "-" + SPAN + "-01 \t",
      })
  void validTraceparentIsContinued(String traceparent) throws Exception {
    assertThat(traceId("traceparent: " + traceparent)).isEqualTo(TRACE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TraceParent", "TrAcEpArEnT", "TRACEPARENT"})
  void nameOfTheHeaderIsReadInEveryCase(String name) throws Exception {
    assertThat(traceId(PARENT.replace("traceparent", name))).isEqualTo(TRACE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-" + TRACE + "-" + SPAN + "-01.",
        "00-" + TRACE + "-" + SPAN + "-01-what-the-future-will-be-like",
        "cc-" + TRACE + "-" + SPAN + "-01.what-the-future-will-be-like",
        "ff-" + TRACE + "-" + SPAN + "-01",
        ".0-" + TRACE + "-" + SPAN + "-01",
        "0.-" + TRACE + "-" + SPAN + "-01",
        "000-" + TRACE + "-" + SPAN + "-01",
        "0000-" + TRACE + "-" + SPAN + "-01",
        "0-" + TRACE + "-" + SPAN + "-01",
        "00-00000000000000000000000000000000-" + SPAN + "-01",
        "00-.2345678901234567890123456789012-" + SPAN + "-01",
        "00-1234567890123456789012345678901.-" + SPAN + "-01",
        "00-A2345678901234567890123456789012-" + SPAN + "-01",
        "00-" + TRACE + "3-" + SPAN + "-01",
        "00-1234567890123456789012345678901-" + SPAN + "-01",
        "00-" + TRACE + "-0000000000000000-01",
        "00-" + TRACE + "-.234567890123456-01",
        "00-" + TRACE + "-123456789012345.-01",
        "00-" + TRACE + "-" + SPAN + "7-01",
        "00-" + TRACE + "-123456789012345-01",
        "00-" + TRACE + "-" + SPAN + "-.0",
        "00-" + TRACE + "-" + SPAN + "-0.",
        "00-" + TRACE + "-" + SPAN + "-001",
        "00-" + TRACE + "-" + SPAN + "-1",
      })
  void malformedTraceparentBeginsANewTraceWithoutItsState(String traceparent) throws Exception {
    Headers sent = relayed("traceparent: " + traceparent, "tracestate: foo=1");
    assertThat(traceId(sent)).isNotEqualTo(TRACE);
    assertThat(sent.get("tracestate")).isNull();
  }

  @Test
  void traceparentThatIsGivenTwiceBeginsANewTrace() throws Exception {
    String other = "traceparent: 00-" + TRACE.replace('1', '2') + "-" + SPAN + "-01";
    assertThat(traceId(PARENT, other)).isNotIn(TRACE, TRACE.replace('1', '2'));
  }

  @ParameterizedTest
  @ValueSource(strings = {"trace-parent", "trace.parent"})
  void headerOfASimilarNameIsNone(String name) throws Exception {
    assertThat(traceId(PARENT.replace("traceparent", name))).isNotEqualTo(TRACE);
  }

  @Test
  void withoutHeadersAndWithAnOversizedOneThereIsANewTrace() throws Exception {
    assertThat(traceId()).isNotEqualTo(TRACE);
    assertThat(traceId(PARENT + "-" + "x".repeat(100_000))).isNotEqualTo(TRACE);
  }

  static Stream<List<String>> states() {
    return Stream.of(
        // what is sent on, then the headers that come in
        List.of("foo=1", "foo=1"),
        List.of("foo=1,bar=2", "foo=1,bar=2"),
        List.of("foo=1", "foo=1", ""),
        List.of("foo=1", "", "foo=1"),
        List.of("foo=1,bar=2", "foo=1,,bar=2,"),
        List.of("foo=1,bar=2,rojo=1,congo=2,baz=3", "foo=1,bar=2", "rojo=1,congo=2", "baz=3"),
        List.of("foo=1,bar=2,baz=3", "foo=1 \t , \t bar=2, \t baz=3"),
        List.of("foo=1,bar=2,baz=3", "foo=1\t \t,\t \tbar=2,\t \tbaz=3"),
        List.of("foo=1", "\t foo=1 \t"),
        List.of(
            "abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDE^_`{|}~",
            "abcdefghijklmnopqrstuvwxyz0123456789_-*/= !\"#$%&'()*+-./0123456789:;<>?@ABCDE^_`{|}~"),
        List.of(members(32), members(32)),
        List.of("z".repeat(256) + "=1", "z".repeat(256) + "=1"),
        List.of(
            "t".repeat(241) + "@" + "v".repeat(14) + "=1",
            "t".repeat(241) + "@" + "v".repeat(14) + "=1"),
        List.of("foo=" + "v".repeat(256), "foo=" + "v".repeat(256)));
  }

  @ParameterizedTest
  @MethodSource("states")
  void tracestateIsPassedOnInItsOrder(List<String> expectedThenHeaders) throws Exception {
    assertThat(state(expectedThenHeaders.subList(1, expectedThenHeaders.size())))
        .isEqualTo(expectedThenHeaders.get(0));
  }

  static Stream<String> malformedStates() {
    return Stream.of(
        "foo =1",
        "FOO=1",
        "foo.bar=1",
        "foo@=1,bar=2",
        "@foo=1,bar=2",
        "foo@@bar=1,bar=2",
        "foo@bar@baz=1,bar=2",
        "foo=bar=baz",
        "foo=,bar=3",
        "foo",
        members(33),
        members(3_000),
        "z".repeat(257) + "=1",
        "foo=" + "v".repeat(257));
  }

  @ParameterizedTest
  @MethodSource("malformedStates")
  void malformedOrOversizedTracestateIsLeftOutAndTheTraceContinued(String tracestate)
      throws Exception {
    assertThat(state(List.of(tracestate))).isNull();
  }

  @Test
  void aKeyThatIsGivenTwiceIsPassedOnOnceOrTwice() throws Exception {
    assertThat(state(List.of("foo=1,foo=2"))).isIn("foo=1", "foo=2", "foo=1,foo=2");
  }

  @Test
  void tracestateWithoutTraceparentIsLeftOut() throws Exception {
    assertThat(relayed("tracestate: foo=1").get("tracestate")).isNull();
  }

  private static String members(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "k" + i + "=v" + i)
        .collect(Collectors.joining(","));
  }

  /** The state that is sent on, beside the trace that goes on. */
  private static @Nullable String state(List<String> tracestates) throws Exception {
    List<String> headers = new ArrayList<>(List.of(PARENT));
    tracestates.forEach(state -> headers.add("tracestate: " + state));
    Headers sent = relayed(headers.toArray(String[]::new));
    assertThat(traceId(sent)).isEqualTo(TRACE);
    List<String> values = sent.get("tracestate");
    return values == null ? null : String.join(",", values);
  }

  private static String traceId(String... headers) throws Exception {
    return traceId(relayed(headers));
  }

  /** Of the one valid traceparent, whose span is the service's own. */
  private static String traceId(Headers sent) {
    assertThat(sent.get("traceparent")).hasSize(1);
    String traceparent = sent.getFirst("traceparent");
    assertThat(traceparent).matches("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    String[] fields = traceparent.split("-");
    assertThat(fields[1]).isNotEqualTo("0".repeat(32));
    assertThat(fields[2]).isNotIn(SPAN, "0".repeat(16));
    return fields[1];
  }

  /** Sends these header lines as they are; what the service sent on. */
  private static Headers relayed(String... headers) throws IOException, InterruptedException {
    SENT_ON.clear();
    String lines = Arrays.stream(headers).map(line -> line + "\r\n").collect(Collectors.joining());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(60_000);
      socket
          .getOutputStream()
          .write(
              ("GET / HTTP/1.1\r\nHost: relay\r\nConnection: close\r\n" + lines + "\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 204");
    }
    Headers sent = SENT_ON.poll(60, TimeUnit.SECONDS);
    assertThat(sent).isNotNull();
    return sent;
  }
}
