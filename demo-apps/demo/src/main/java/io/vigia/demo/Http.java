package io.vigia.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Short requests to our own children. Safe for use by several threads. */
final class Http {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();

  /** Whether a GET is answered with 200. */
  boolean isOk(String url) {
    try {
      return get(url).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  HttpResponse<byte[]> get(String url) throws IOException {
    try {
      return client.send(
          HttpRequest.newBuilder(URI.create(url)).timeout(TIMEOUT).build(),
          BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
