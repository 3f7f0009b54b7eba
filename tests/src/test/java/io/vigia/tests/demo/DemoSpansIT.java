package io.vigia.tests.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.tests.bench.AgentBench;
import io.vigia.tests.client.Http;
import io.vigia.tests.process.Folders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The same requests to the two demo applications under upstream's agent and under ours: service,
 * scope, kind, name and ancestors of every span are the same.
 */
class DemoSpansIT {
  private static final String FORM = "multipart/form-data; boundary=vigia";

  @Test
  @EnabledIfEnvironmentVariable(
      named = "VIGIA_REQUIRE_BACKENDS",
      matches = "1",
      disabledReason = "half a minute of CPU; it runs in .ci/run")
  void everySpanOfUpstreamComesOutOfOursInBothDemoApplications() throws Exception {
    // each agent by the setting that is its own
    List<String> upstream = spans(AgentBench.upstreamAgent(), "OTEL_EXPORTER_OTLP_ENDPOINT");
    assertThat(upstream)
        .hasSizeGreaterThan(20)
        .anyMatch(chain -> chain.contains("jedis"))
        .anyMatch(chain -> chain.matches("classifier .* < guestbook .*"));
    assertThat(
            spans(Folders.projectRoot().resolve("agent/target/vigia-agent.jar"), "VIGIA_COLLECTOR"))
        .isEqualTo(upstream);
  }

  private static List<String> spans(Path agent, String address) throws Exception {
    try (SpanReceiver receiver = new SpanReceiver();
        DemoServices services =
            new DemoServices(
                agent,
                Map.of(
                    address,
                    receiver.url(),
                    "OTEL_METRICS_EXPORTER",
                    "none",
                    "OTEL_LOGS_EXPORTER",
                    "none",
                    // a question that is given up has a span that upstream's agent never ends
                    "CLASSIFIER_TIMEOUT_MILLIS",
                    "60000"))) {
      visit(services.guestbookUrl(), services.classifierUrl());
      services.stop();
      return receiver.chains();
    }
  }

  private static void visit(String guestbook, String classifier)
      throws IOException, InterruptedException {
    byte[] picture =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create(classifier.replace("/predict", "/samples/dog.jpg?seed=7")))
                    .build(),
                BodyHandlers.ofByteArray())
            .body();
    Http.get(guestbook + "/");
    Http.get(guestbook + "/rpush/guestbook/hello");
    Http.get(guestbook + "/lrange/guestbook");
    Http.get(guestbook + "/lrange/visitors");
    Http.get(guestbook + "/entries?n=5");
    Http.post(
        guestbook + "/entries",
        form("text", "good day".getBytes(StandardCharsets.UTF_8)),
        "Content-Type",
        FORM);
    Http.post(guestbook + "/entries", form("picture", picture), "Content-Type", FORM);
    Http.post(guestbook + "/entries", form("text", new byte[0]), "Content-Type", FORM);
    Http.get(guestbook + "/pictures/2");
    Http.get(guestbook + "/missing");
    Http.post(classifier, form("img", picture), "Content-Type", FORM);
    Http.post(classifier, form("img", new byte[7]), "Content-Type", FORM);
    Http.get(classifier);
  }

  private static byte[] form(String name, byte[] value) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String file = name.equals("text") ? "" : "; filename=\"picture\"";
    body.writeBytes(
        ("--vigia\r\nContent-Disposition: form-data; name=\"" + name + "\"" + file + "\r\n\r\n")
            .getBytes(StandardCharsets.UTF_8));
    body.writeBytes(value);
    body.writeBytes("\r\n--vigia--\r\n".getBytes(StandardCharsets.UTF_8));
    return body.toByteArray();
  }
}
