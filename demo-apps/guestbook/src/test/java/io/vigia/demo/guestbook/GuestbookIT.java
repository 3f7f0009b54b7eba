package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.prometheus.client.CollectorRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole service by its HTTP, on a real primary and two real replicas. Those that stop servers
 * come last.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuestbookIT {
  private static final byte[] GIF = "GIF89a-picture".getBytes(StandardCharsets.ISO_8859_1);
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir static Path directory;
  private static RealRedis redis;
  private static StubClassifier classifier;
  private static ConfigurableApplicationContext application;
  private final HttpClient http = HttpClient.newHttpClient();

  @BeforeAll
  static void start() throws IOException {
    redis = RealRedis.start(directory, 3);
    classifier = new StubClassifier();
    SpringApplication guestbook = new SpringApplication(GuestbookApplication.class);
    guestbook.setDefaultProperties(
        Map.of(
            "server.port",
            0,
            "server.address",
            "127.0.0.1",
            "REDIS_PRIMARY",
            redis.address(0),
            "REDIS_REPLICAS",
            redis.address(1) + "," + redis.address(2),
            "CLASSIFIER_URL",
            classifier.url().toString(),
            "CLASSIFIER_TIMEOUT_MILLIS",
            "500"));
    application = guestbook.run();
  }

  @AfterAll
  static void stop() throws IOException {
    if (application != null) {
      application.close();
    }
    if (classifier != null) {
      classifier.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @Test
  void pushedLineIsInTheAnswerAndOnEveryServer() throws Exception {
    String line = "what <b>about</b> \"this\" / that, año?";

    HttpResponse<String> response = get("/rpush/guestbook/" + encoded(line));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(JSON.readValue(response.body(), String[].class)).endsWith(line);
    for (int server = 0; server < 3; server++) {
      try (var jedis = redis.connect(server)) {
        assertThat(jedis.lrange("guestbook", -1, -1).get(0)).contains("año?");
      }
    }
  }

  @Test
  void readsAreAnsweredByReplicasOnly() throws Exception {
    long before = lranges(0);
    long replicasBefore = lranges(1) + lranges(2);

    for (int i = 0; i < 6; i++) {
      assertThat(get("/lrange/guestbook").statusCode()).isEqualTo(200);
    }

    assertThat(lranges(0)).isEqualTo(before);
    assertThat(lranges(1) + lranges(2)).isEqualTo(replicasBefore + 6);
  }

  @Test
  void pictureIsClassifiedAndKept() throws Exception {
    classifier.answers(200, StubClassifier.DOG);

    HttpResponse<String> response = post("look", GIF);

    assertThat(response.statusCode()).isEqualTo(201);
    JsonNode entry = JSON.readTree(response.body());
    assertThat(entry.at("/picture/label").asText()).isEqualTo("dog");
    assertThat(entry.at("/picture/probability").asDouble()).isEqualTo(0.97);
    assertThat(entry.at("/picture/bytes").asInt()).isEqualTo(GIF.length);
    assertThat(get("/lrange/guestbook").body()).contains("look [picture: dog 0.97]");
    HttpResponse<byte[]> picture =
        http.send(request("/pictures/" + entry.get("id")).build(), BodyHandlers.ofByteArray());
    assertThat(picture.body()).isEqualTo(GIF);
    assertThat(picture.headers().firstValue("content-type")).contains("image/gif");
    assertThat(picture.headers().firstValue("x-content-type-options")).contains("nosniff");
  }

  @Test
  void slowClassifierCostsTheLabelButNotTheEntry() throws Exception {
    double timeouts = metric("guestbook_classifications_total", "outcome", "timeout");
    classifier.hangs();

    JsonNode entry = JSON.readTree(post("patience", GIF).body());

    assertThat(entry.at("/picture/note").asText()).isEqualTo("the classifier took too long");
    assertThat(get("/lrange/guestbook").body())
        .contains("patience [picture: the classifier took too long]");
    assertThat(metric("guestbook_classifications_total", "outcome", "timeout"))
        .isEqualTo(timeouts + 1);
    assertThat(
            CollectorRegistry.defaultRegistry.getSampleValue("guestbook_classifications_pending"))
        .isZero();
  }

  @Test
  void badInputIsAClearAnswerAndIsCounted() throws Exception {
    double refused = metric("guestbook_refused_total", "status", "415");

    assertRefused(post("", null), 400, "an entry needs a text or a picture");
    assertRefused(post("x".repeat(501), null), 400, "500 characters");
    assertRefused(
        post("", "<svg onload=alert(1)>".getBytes(StandardCharsets.UTF_8)), 415, "no PNG, JPEG");
    assertRefused(post("", new byte[2 * 1024 * 1024 + 1]), 413, "2097152 bytes");
    assertRefused(get("/entries?n=many"), 400, "could not be read");
    assertRefused(get("/lrange/other"), 404, "only list here is 'guestbook'");
    assertRefused(get("/pictures/999999999"), 404, "kept for ten minutes");
    assertRefused(get("/no/such/page"), 404, "No static resource");
    assertRefused(send(request("/entries").DELETE()), 405, "not supported");
    assertThat(metric("guestbook_refused_total", "status", "415")).isEqualTo(refused + 1);
  }

  @Test
  void refusalIsTheSameWhateverFormIsAskedFor() throws Exception {
    for (String form : new String[] {"image/png", "text/html", "application/xml"}) {
      assertRefused(
          send(request("/pictures/999999999").header("Accept", form)), 404, "kept for ten minutes");
      assertRefused(send(request("/no/such").header("Accept", form)), 404, "No static resource");
    }
    assertRefused(send(request("/entries").header("Accept", "image/png")), 406, "cceptable");
  }

  @Test
  void newLinesCannotForgeALogLineOrAnEntry() throws Exception {
    JsonNode entry = JSON.readTree(post("one\r\n2026 ERROR two", null).body());

    assertThat(entry.get("text").asText()).isEqualTo("one 2026 ERROR two");
  }

  @Test
  void pageIsThereAndAllowsNoForeignScript() throws Exception {
    HttpResponse<String> page = get("/");

    assertThat(page.body()).contains("<h1>Guestbook</h1>").doesNotContain("<script>");
    assertThat(page.headers().firstValue("content-security-policy").orElseThrow())
        .contains("script-src 'self'");
  }

  @Test
  void infoTellsTheRolesAndNoPaths() throws Exception {
    String info = get("/info").body();

    assertThat(info)
        .containsOnlyOnce("role:master")
        .contains("connected_slaves:2", "master_link_status:up");
    assertThat(info).doesNotContain("executable", "config_file", directory.toString());
    assertThat(get("/env").body()).doesNotContain("PATH");
  }

  @Test
  void listStaysBounded() throws Exception {
    try (var jedis = redis.connect(0)) {
      for (int i = 0; i < EntryStore.MAX_ENTRIES; i++) {
        jedis.rpush("guestbook", "{\"id\":0,\"atMillis\":0,\"text\":\"old\"}");
      }
    }

    post("newest", null);

    try (var jedis = redis.connect(0)) {
      assertThat(jedis.llen("guestbook")).isEqualTo(EntryStore.MAX_ENTRIES);
    }
    assertThat(JSON.readTree(get("/entries?n=5000").body())).hasSize(EntryStore.MAX_ENTRIES);
  }

  @Test
  @Order(Integer.MAX_VALUE - 1)
  void replicasGoneMeansThePrimaryAnswers() throws Exception {
    redis.stop(1);
    assertThat(get("/lrange/guestbook").statusCode()).isEqualTo(200);
    assertThat(get("/lrange/guestbook").statusCode()).isEqualTo(200);
    redis.stop(2);
    assertThat(get("/rpush/guestbook/alone").body()).contains("alone");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void redisGoneIsA503AndTheServiceLives() throws Exception {
    redis.stop(0);

    HttpResponse<String> response = get("/lrange/guestbook");

    assertRefused(response, 503, "try again in a moment");
    assertThat(response.headers().firstValue("retry-after")).contains("2");
    assertThat(get("/info").body()).contains("does not answer");
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
  }

  private static void assertRefused(HttpResponse<String> response, int status, String because)
      throws IOException {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(JSON.readTree(response.body()).get("error").asText()).contains(because);
  }

  private static long lranges(int server) {
    try (var jedis = redis.connect(server)) {
      return jedis
          .info("commandstats")
          .lines()
          .filter(line -> line.startsWith("cmdstat_lrange:calls="))
          .mapToLong(line -> Long.parseLong(line.replaceAll(".*:calls=(\\d+),.*", "$1")))
          .sum();
    }
  }

  private static double metric(String name, String label, String value) {
    Double sample =
        CollectorRegistry.defaultRegistry.getSampleValue(
            name, new String[] {label}, new String[] {value});
    return sample == null ? 0 : sample;
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  private HttpResponse<String> post(String text, byte @org.jspecify.annotations.Nullable [] picture)
      throws Exception {
    return send(
        request("/entries")
            .header("Content-Type", "multipart/form-data; boundary=edge")
            .POST(form(text, picture)));
  }

  private static BodyPublisher form(
      String text, byte @org.jspecify.annotations.Nullable [] picture) {
    byte[] field =
        utf8("--edge\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n" + text + "\r\n");
    if (picture == null) {
      return BodyPublishers.ofByteArrays(List.of(field, utf8("--edge--\r\n")));
    }
    byte[] head =
        utf8(
            "--edge\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"p\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\n");
    return BodyPublishers.ofByteArrays(List.of(field, head, picture, utf8("\r\n--edge--\r\n")));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return http.send(request.build(), BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(String path) {
    String port = application.getEnvironment().getRequiredProperty("local.server.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }
}
