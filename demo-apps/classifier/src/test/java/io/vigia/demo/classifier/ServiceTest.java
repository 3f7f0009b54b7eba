package io.vigia.demo.classifier;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.client.CollectorRegistry;
import io.vigia.demo.classifier.draw.Artist;
import io.vigia.demo.classifier.draw.PictureFile;
import io.vigia.demo.classifier.draw.Thing;
import io.vigia.demo.classifier.model.ImageClassifier;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Over real HTTP on a free port. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ServiceTest {
  private static final int MAX_BYTES = 200_000;
  private static final String BOUNDARY = "x-y-z";

  private final CollectorRegistry registry = new CollectorRegistry();
  private final HttpClient client = HttpClient.newHttpClient();
  private Service service;
  private byte[] dog;

  @BeforeAll
  void start() throws Exception {
    dog = PictureFile.encode(Artist.draw(Thing.DOG, 1_000_001, 256), "jpg");
    service =
        new Service(
            ImageClassifier.ours(),
            registry,
            "127.0.0.1",
            0,
            new Service.Limits(MAX_BYTES, 1_000_000));
    service.start();
  }

  @AfterAll
  void stop() {
    service.close();
  }

  /** Whatever a test sent, the next picture is classified. */
  @AfterEach
  void livesOn() throws Exception {
    assertThat(post("img", dog).statusCode()).isEqualTo(200);
  }

  @Test
  void answersTheSentenceAndNothingElse() throws Exception {
    HttpResponse<String> response = post("img", dog);

    assertThat(response.body())
        .matches(
            "The input picture is classified as \\[dog], with probability (0\\.\\d\\d|1\\.00)");
    assertThat(response.headers().firstValue("Content-Type")).contains("text/plain;charset=utf-8");
  }

  @Test
  void countsByClassAndMeasuresTheInference() throws Exception {
    double before = value("classifier_predictions_total", "class", "dog");
    double inferences = value("classifier_inference_seconds_count");

    post("img", dog);

    assertThat(value("classifier_predictions_total", "class", "dog")).isEqualTo(before + 1);
    assertThat(value("classifier_inference_seconds_count")).isEqualTo(inferences + 1);
    assertThat(value("classifier_picture_bytes_sum")).isGreaterThanOrEqualTo(dog.length);
  }

  @Test
  void missingFieldIsExplained() throws Exception {
    HttpResponse<String> response = post("image", dog);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("the field 'img' is missing").contains("curl");
    assertThat(value("classifier_pictures_refused_total", "reason", "missing_field"))
        .isGreaterThan(0);
  }

  @Test
  void bodyThatIsNotMultipartIsExplained() throws Exception {
    HttpResponse<String> response = send("image/jpeg", dog);

    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body()).contains("multipart/form-data");
  }

  @Test
  void brokenMultipartIsRefused() throws Exception {
    HttpResponse<String> response =
        send("multipart/form-data; boundary=" + BOUNDARY, "--x-y-z\r\nnonsense".getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(400);
  }

  @Test
  void whatIsNoPictureIsExplained() throws Exception {
    HttpResponse<String> response = post("img", "hello".getBytes(UTF_8));

    assertThat(response.statusCode()).isEqualTo(415);
    assertThat(response.body()).contains("send JPEG, PNG, GIF or BMP");
  }

  @Test
  void tooManyBytesAreRefused() throws Exception {
    assertThat(post("img", new byte[MAX_BYTES + 1]).statusCode()).isEqualTo(413);
    HttpResponse<String> far = post("img", new byte[3 * MAX_BYTES]);
    assertThat(far.statusCode()).isEqualTo(413);
    assertThat(far.body()).contains("at most " + MAX_BYTES + " bytes");
  }

  @Test
  void claimedGigabyteIsRefusedWithoutWaitingForIt() throws Exception {
    String answer =
        raw(
            "POST /predict HTTP/1.1",
            "Host: x",
            "Connection: close",
            "Content-Type: multipart/form-data; boundary=b",
            "Content-Length: 1073741824",
            "",
            "--b");

    assertThat(answer).startsWith("HTTP/1.1 413 ");
  }

  @Test
  void tooManyPixelsAreRefused() throws Exception {
    HttpResponse<String> response = post("img", PictureFile.encode(blank(1200), "png"));

    assertThat(response.statusCode()).isEqualTo(413);
    assertThat(response.body()).contains("1200 × 1200 pixels");
  }

  @Test
  void wrongMethodIsNamed() throws Exception {
    HttpResponse<String> response = get("/predict");

    assertThat(response.statusCode()).isEqualTo(405);
    assertThat(response.headers().firstValue("Allow")).contains("POST");
  }

  @Test
  void junkInsteadOfHttpIsRefused() throws Exception {
    assertThat(raw("\u0001\u0002 junk", "")).startsWith("HTTP/1.1 400 ").doesNotContain("jetty");
  }

  @Test
  void healthUsageAndUnknownPath() throws Exception {
    assertThat(get("/healthz").body()).isEqualTo("ok\n");
    assertThat(get("/").body()).contains("curl -X POST");
    assertThat(get("/nope").statusCode()).isEqualTo(404);
  }

  @Test
  void drawsSamplesThatItRecognises() throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(service.address().resolve("/samples/car.png?seed=1000002&size=128"))
            .build();
    HttpResponse<byte[]> sample = client.send(request, BodyHandlers.ofByteArray());

    assertThat(sample.headers().firstValue("Content-Type")).contains("image/png");
    assertThat(post("img", sample.body()).body()).contains("[car]");
    assertThat(get("/samples/unicorn.png").statusCode()).isEqualTo(404);
    assertThat(get("/samples/dog.jpg?size=99999999999").statusCode()).isEqualTo(400);
    assertThat(get("/samples/dog.jpg?seed=x").statusCode()).isEqualTo(400);
  }

  @Test
  void manyAtOnceAreAllAnswered() {
    List<Integer> statuses =
        IntStream.range(0, 40)
            .mapToObj(i -> client.sendAsync(request("img", dog), BodyHandlers.ofString()))
            .toList()
            .stream()
            .map(answer -> answer.join().statusCode())
            .toList();

    assertThat(statuses).hasSize(40).containsOnly(200);
  }

  private HttpResponse<String> post(String field, byte[] picture) throws Exception {
    return client.send(request(field, picture), BodyHandlers.ofString());
  }

  private HttpRequest request(String field, byte[] picture) {
    return HttpRequest.newBuilder(service.address().resolve("/predict"))
        .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
        .POST(BodyPublishers.ofByteArray(multipart(field, picture)))
        .build();
  }

  private HttpResponse<String> send(String type, byte[] body) throws Exception {
    URI predict = service.address().resolve("/predict");
    return client.send(
        HttpRequest.newBuilder(predict)
            .header("Content-Type", type)
            .POST(BodyPublishers.ofByteArray(body))
            .build(),
        BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = service.address().resolve(path);
    return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  /** Sends these lines and reads the first ones of the answer. */
  private String raw(String... lines) throws IOException {
    URI address = service.address();
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n").getBytes(UTF_8));
      InputStream in = socket.getInputStream();
      return new String(in.readNBytes(200), UTF_8);
    }
  }

  private double value(String name, String... label) {
    Double value =
        label.length == 0
            ? registry.getSampleValue(name)
            : registry.getSampleValue(name, new String[] {label[0]}, new String[] {label[1]});
    return value == null ? 0 : value;
  }

  private static BufferedImage blank(int size) {
    return new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
  }

  private static byte[] multipart(String field, byte[] picture) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    String disposition = "form-data; name=\"" + field + "\"; filename=\"p.jpg\"";
    String head = "--" + BOUNDARY + "\r\nContent-Disposition: " + disposition + "\r\n\r\n";
    body.writeBytes(head.getBytes(UTF_8));
    body.writeBytes(picture);
    body.writeBytes("\r\n--%s--\r\n".formatted(BOUNDARY).getBytes(UTF_8));
    return body.toByteArray();
  }
}
