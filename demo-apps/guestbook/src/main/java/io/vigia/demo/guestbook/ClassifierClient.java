package io.vigia.demo.guestbook;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the classifier what a picture shows. It never fails and never takes longer than its timeout:
 * a visitor's entry is worth more than its label. Safe for use by several threads.
 */
class ClassifierClient {
  private static final Logger log = LoggerFactory.getLogger(ClassifierClient.class);
  private static final int MAX_IN_FLIGHT = 16;
  private static final Pattern ANSWER =
      Pattern.compile(
          "classified as \\[([^\\]]{1,100})], with probability (\\d(?:\\.\\d{1,20})?(?:[eE]-\\d{1,3})?)");

  private final HttpClient http;
  private final URI url;
  private final Duration timeout;
  private final Semaphore inFlight = new Semaphore(MAX_IN_FLIGHT);

  ClassifierClient(URI url, Duration timeout) {
    this.url = url;
    this.timeout = timeout;
    this.http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .build();
  }

  /** How asking ended. */
  enum Outcome {
    NAMED,
    REFUSED,
    FAILED,
    UNREACHABLE,
    TIMEOUT,
    BUSY;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * @param label set, with the probability, when the outcome is {@code NAMED}
   * @param note for the visitor, otherwise
   */
  record Answer(
      Outcome outcome,
      @Nullable String label,
      @Nullable Double probability,
      @Nullable String note) {
    static Answer named(String label, double probability) {
      return new Answer(Outcome.NAMED, label, probability, null);
    }

    static Answer without(Outcome outcome, String note) {
      return new Answer(outcome, null, null, note);
    }
  }

  Answer classify(byte[] picture, ImageType type) {
    if (!inFlight.tryAcquire()) {
      log.warn("classifier has {} pictures of ours already, not sent", MAX_IN_FLIGHT);
      return Answer.without(Outcome.BUSY, "the classifier is busy");
    }
    try {
      return ask(picture, type);
    } finally {
      inFlight.release();
    }
  }

  private Answer ask(byte[] picture, ImageType type) {
    // sendAsync, because the timeout of a request ends with the headers of the response
    CompletableFuture<HttpResponse<String>> call =
        http.sendAsync(request(picture, type), BodyHandlers.ofString());
    try {
      return read(call.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      call.cancel(true);
      log.warn("classifier did not answer within {} ms", timeout.toMillis());
      return Answer.without(Outcome.TIMEOUT, "the classifier took too long");
    } catch (ExecutionException e) {
      return unreachable(e.getCause() == null ? e : e.getCause());
    } catch (InterruptedException e) {
      call.cancel(true);
      Thread.currentThread().interrupt();
      return Answer.without(Outcome.FAILED, "the guestbook is closing");
    }
  }

  private Answer unreachable(Throwable cause) {
    String reason = cause instanceof ConnectException ? "connection refused" : cause.toString();
    log.warn("classifier at {} not reached: {}", url, reason);
    Outcome outcome = cause instanceof IOException ? Outcome.UNREACHABLE : Outcome.FAILED;
    return Answer.without(outcome, "the classifier cannot be reached");
  }

  private static Answer read(HttpResponse<String> response) {
    Matcher answer = ANSWER.matcher(response.body());
    if (response.statusCode() == 200 && answer.find()) {
      return Answer.named(answer.group(1), Double.parseDouble(answer.group(2)));
    }
    if (response.statusCode() / 100 == 4) {
      log.info("classifier refused the picture with status {}", response.statusCode());
      return Answer.without(Outcome.REFUSED, "the classifier could not read the picture");
    }
    log.warn("classifier answered status {} without a class", response.statusCode());
    return Answer.without(Outcome.FAILED, "the classifier failed");
  }

  /** One file in {@code multipart/form-data} (RFC 7578). */
  private HttpRequest request(byte[] picture, ImageType type) {
    String boundary = "guestbook-" + UUID.randomUUID();
    String head =
        "--"
            + boundary
            + "\r\n"
            + "Content-Disposition: form-data; name=\"img\"; filename=\"picture\"\r\n"
            + "Content-Type: "
            + type.mediaType()
            + "\r\n\r\n";
    String tail = "\r\n--" + boundary + "--\r\n";
    List<byte[]> body =
        List.of(
            head.getBytes(StandardCharsets.US_ASCII),
            picture,
            tail.getBytes(StandardCharsets.US_ASCII));
    return HttpRequest.newBuilder(url)
        .timeout(timeout)
        .header("Content-Type", "multipart/form-data; boundary=" + boundary)
        .POST(BodyPublishers.ofByteArrays(body))
        .build();
  }
}
