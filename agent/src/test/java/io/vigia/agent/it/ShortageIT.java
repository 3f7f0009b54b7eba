package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.it.FaultyAgent.Fault;
import io.vigia.agent.programs.Web;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Point 6: memory that runs out for a moment, as it does in an application that needs more than it
 * has, costs at most what was being sent. The SDK ends its threads for good after such an error.
 */
class ShortageIT {

  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  @TempDir Path directory;

  @Test
  void afterAnErrorInAnExporterAndInThePollerAllGoesOn() throws Exception {
    String[] places = {
      "extension.redact.RedactingSpanExporter#clean",
      "extension.redact.LogRedactor#clean",
      "extension.traces.RemoteSampler#update"
    };
    try (Receiver receiver = Receiver.start();
        Jvm web = start(receiver, "otlp", places)) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/one");
      web.awaitUnlessEnded(() -> hasReached(web, places));
      int asked = receiver.samplingQueries.size();
      get(base + "/two");
      web.awaitUnlessEnded(
          () ->
              receiver.spans.toString().contains("\"/two\"")
                  && receiver.otlpLogs.toString().contains("asked for /two")
                  && receiver.samplingQueries.size() > asked);
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(receiver.spans.toString()).as(web.output()).contains("\"/two\"");
      assertThat(receiver.otlpLogs.toString()).as(web.output()).contains("asked for /two");
      assertThat(receiver.samplingQueries).as(web.output()).hasSizeGreaterThan(asked);
    }
  }

  @Test
  void afterAnErrorOnTheWayToTheCollectorNothingIsLost() throws Exception {
    String[] places = {"extension.export.HttpPoster#post", "extension.logs.FluencySink#connect"};
    try (Receiver receiver = Receiver.start();
        Jvm web = start(receiver, "forward", places)) {
      String base = "http://127.0.0.1:" + web.await("port");
      get(base + "/one");
      web.awaitUnlessEnded(() -> hasReached(web, places));
      get(base + "/two");
      web.awaitUnlessEnded(
          () ->
              receiver.spans.toString().contains("\"/one\"")
                  && receiver.spans.toString().contains("\"/two\"")
                  && receiver.logs().size() >= 2);
      get(base + "/quit");
      assertThat(web.exitCode(Duration.ofSeconds(60))).as(web.output()).isZero();
      assertThat(receiver.spans.toString())
          .as(web.output())
          .contains("\"/one\"")
          .contains("\"/two\"");
      assertThat(receiver.logs())
          .as(web.output())
          .extracting(log -> log.get("message"))
          .contains("asked for /one", "asked for /two");
    }
  }

  private Jvm start(Receiver receiver, String logs, String... places) throws Exception {
    Path agent =
        FaultyAgent.make(
            Jvm.AGENT, List.of(places), Fault.RUNS_OUT_ONCE, directory.resolve("agent.jar"));
    return Jvm.of(Web.class, "logback", "slf4j-api")
        .agent(agent)
        .sendingTo(receiver)
        .spillingTo(directory.resolve("spill"))
        .environment("VIGIA_LOGS", logs)
        .environment("VIGIA_SAMPLING_INTERVAL_MILLIS", "100")
        .option("-Dotel.metric.export.interval=3000") // each export hands over what waits
        .option("-Dotel.bsp.schedule.delay=100")
        .option("-Dotel.blrp.schedule.delay=100")
        .start();
  }

  private static boolean hasReached(Jvm web, String... places) {
    String output = web.output();
    return Arrays.stream(places).allMatch(place -> output.contains(FaultyAgent.REACHED + place));
  }

  private static void get(String url) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    assertThat(CLIENT.send(request, BodyHandlers.discarding()).statusCode()).isEqualTo(204);
  }
}
