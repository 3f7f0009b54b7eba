package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.opentelemetry.proto.trace.v1.Span;
import io.vigia.agent.programs.Web;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** Point 3: whose trace a request belongs to, and how much is traced. One service for all tests. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class TracesIT {

  private static final String TRACE = "0af7651916cd43dd8448eb211c8031";
  private static final String SPAN = "b7ad6b7169203331";

  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static Receiver receiver;
  private static Jvm web;
  private static String base;

  @BeforeAll
  static void startTheService() throws Exception {
    receiver = Receiver.start();
    web =
        Jvm.of(Web.class, "logback", "slf4j-api")
            .sendingTo(receiver)
            .option("-Dotel.service.name=my shop")
            .option("-Dotel.bsp.schedule.delay=100")
            .option("-Dvigia.sampling.interval.millis=200")
            .start();
    base = "http://127.0.0.1:" + web.await("port");
  }

  @AfterAll
  static void stop() throws Exception {
    get("/quit");
    assertThat(web.exitCode(Duration.ofSeconds(30))).isZero();
    web.close();
    receiver.close();
  }

  @Test
  @Order(1)
  void everyKindOfHeaderContinuesItsTrace() throws Exception {
    get("/w3c", "traceparent", "00-" + TRACE + "01-" + SPAN + "-01");
    get("/b3", "b3", TRACE + "02-" + SPAN + "-1");
    get("/multi", "X-B3-TraceId", TRACE + "03", "X-B3-SpanId", SPAN, "X-B3-Sampled", "1");
    get("/jaeger", "uber-trace-id", TRACE + "04:" + SPAN + ":0:1");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(receiver.spans)
                    .extracting(span -> HexFormat.of().formatHex(span.getTraceId().toByteArray()))
                    .contains(TRACE + "01", TRACE + "02", TRACE + "03", TRACE + "04"));
    assertThat(receiver.spans)
        .filteredOn(span -> span.getKind() == Span.SpanKind.SPAN_KIND_SERVER)
        .extracting(span -> HexFormat.of().formatHex(span.getParentSpanId().toByteArray()))
        .contains(SPAN);
  }

  /** Point 9. */
  @Test
  @Order(2)
  void secretsInQueryStringsDoNotLeaveTheProcess() throws Exception {
    get("/login?user=bob&password=hunter2");
    await().atMost(Duration.ofSeconds(20)).until(() -> paths().contains("/login"));
    assertThat(receiver.spans.toString())
        .contains("user=bob&password=[redacted]")
        .doesNotContain("hunter2");
    await()
        .atMost(Duration.ofSeconds(20))
        .untilAsserted(
            () ->
                assertThat(receiver.logs().toString())
                    .contains("asked with password=[redacted]")
                    .doesNotContain("hunter2"));
  }

  @Test
  @Order(3)
  void strategyOfTheCollectorIsFollowedPerOperationAndChangesAtRunTime() throws Exception {
    receiver.sampling =
        "{\"probabilisticSampling\":{\"samplingRate\":0},\"operationSampling\":{"
            + "\"defaultSamplingProbability\":0,\"perOperationStrategies\":[{\"operation\":"
            + "\"GET /kept\",\"probabilisticSampling\":{\"samplingRate\":1}}]}}";
    awaitNextStrategy();
    int before = receiver.spans.size();
    for (int i : IntStream.range(0, 20).toArray()) {
      get("/left-out-" + i);
    }
    get("/kept");
    get("/left-out", "traceparent", "00-" + TRACE + "05-" + SPAN + "-01");
    await().atMost(Duration.ofSeconds(20)).until(() -> receiver.spans.size() >= before + 2);
    assertThat(paths().subList(before, receiver.spans.size()))
        .as("the collector's choice, and the parent's where there is one")
        .containsExactlyInAnyOrder("/kept", "/left-out");

    receiver.sampling = "{\"probabilisticSampling\":{\"samplingRate\":1}}";
    awaitNextStrategy();
    get("/again");
    await().atMost(Duration.ofSeconds(20)).until(() -> paths().contains("/again"));
    assertThat(receiver.samplingQueries).containsOnly("service=my shop");
  }

  /** Two more questions: the second begins after the first answer was used. */
  private static void awaitNextStrategy() {
    int asked = receiver.samplingQueries.size();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> receiver.samplingQueries.size() >= asked + 2);
  }

  private static List<String> paths() {
    return receiver.spans.stream()
        .map(
            span ->
                span.getAttributesList().stream()
                    .filter(attribute -> attribute.getKey().equals("url.path"))
                    .map(attribute -> attribute.getValue().getStringValue())
                    .findFirst()
                    .orElse(""))
        .toList();
  }

  private static void get(String path, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
    if (headers.length > 0) {
      request.headers(headers);
    }
    assertThat(CLIENT.send(request.build(), HttpResponse.BodyHandlers.discarding()).statusCode())
        .isEqualTo(204);
  }
}
