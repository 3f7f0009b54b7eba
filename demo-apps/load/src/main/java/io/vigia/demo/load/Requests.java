package io.vigia.demo.load;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ScheduledExecutorService;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Makes the request for each {@link Kind}. */
final class Requests {
  private static final String[] GREETINGS = {
    "Hello from",
    "Greetings from",
    "Rain in",
    "A quiet evening in",
    "On the way to",
    "Back again from"
  };
  private static final String[] PLACES = {
    "Zürich", "Oaxaca", "Kyoto", "A Coruña", "Tromsø", "Porto", "Lagos", "Valparaíso"
  };
  private static final String BOUNDARY = "load-8fa0c1";

  private final URI guestbook;
  private final @Nullable URI predict;
  private final Pictures pictures;
  private final Duration timeout;
  private final ScheduledExecutorService timer;

  /**
   * @param guestbook its root
   * @param predict the classifier's full address; null to leave it alone
   * @param timeout of one request
   */
  Requests(
      URI guestbook,
      @Nullable URI predict,
      Pictures pictures,
      Duration timeout,
      ScheduledExecutorService timer) {
    this.guestbook = URI.create(guestbook.toString().replaceAll("/+$", "") + "/");
    this.predict = predict;
    this.pictures = pictures;
    this.timeout = timeout;
    this.timer = timer;
  }

  HttpRequest of(Kind kind, RandomGenerator random) {
    return switch (kind) {
      case PAGE -> get("");
      case ENTRIES -> get("entries?n=50");
      case LIST -> get("lrange/guestbook");
      case PUSH -> get("rpush/guestbook/" + encoded(line(random)));
      case TEXT -> post("entries", text(line(random)));
      case PICTURE ->
          post("entries", join(text(line(random)), picture("picture", pictures.next(random))));
      case PREDICT -> toClassifier(picture("img", pictures.next(random)));
      case SLOW -> slow(line(random), 4 + random.nextInt(5), 100 + random.nextInt(200));
      case BAD_EMPTY -> post("entries", text(" "));
      case BAD_LONG -> post("entries", text("lorem ipsum ".repeat(60)));
      case BAD_PICTURE -> post("entries", picture("picture", utf8("this is no picture")));
      case BAD_LIST -> get("lrange/visitors");
      case BAD_BROKEN ->
          post(
              "entries",
              join(text("half a picture"), picture("picture", half(pictures.next(random)))));
      case BAD_PREDICT -> toClassifier(text("no picture at all"));
    };
  }

  private static String line(RandomGenerator random) {
    return GREETINGS[random.nextInt(GREETINGS.length)]
        + " "
        + PLACES[random.nextInt(PLACES.length)];
  }

  private static byte[] half(byte[] picture) {
    return Arrays.copyOf(picture, picture.length / 2);
  }

  private HttpRequest get(String path) {
    return request(guestbook.resolve(path)).build();
  }

  private HttpRequest post(String path, byte[] parts) {
    return form(guestbook.resolve(path)).POST(BodyPublishers.ofByteArray(closed(parts))).build();
  }

  private HttpRequest slow(String line, int pieces, long pauseMillis) {
    byte[] body = closed(text(line + ", slowly"));
    return form(guestbook.resolve("entries"))
        .POST(new TricklePublisher(body, pieces, pauseMillis, timer))
        .build();
  }

  private HttpRequest toClassifier(byte[] parts) {
    if (predict == null) {
      throw new IllegalStateException("no classifier was named");
    }
    return form(predict).POST(BodyPublishers.ofByteArray(closed(parts))).build();
  }

  private HttpRequest.Builder form(URI uri) {
    return request(uri).header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY);
  }

  private HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(timeout).header("User-Agent", "vigia-load");
  }

  private static byte[] text(String value) {
    return utf8(
        "--"
            + BOUNDARY
            + "\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"
            + value
            + "\r\n");
  }

  private static byte[] picture(String field, byte[] bytes) {
    String head =
        "--"
            + BOUNDARY
            + "\r\nContent-Disposition: form-data; name=\""
            + field
            + "\"; filename=\"picture.png\"\r\n"
            + "Content-Type: image/png\r\n\r\n";
    return join(utf8(head), join(bytes, utf8("\r\n")));
  }

  private static byte[] closed(byte[] parts) {
    return join(parts, utf8("--" + BOUNDARY + "--\r\n"));
  }

  private static byte[] join(byte[] first, byte[] second) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(first.length + second.length);
    out.writeBytes(first);
    out.writeBytes(second);
    return out.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
