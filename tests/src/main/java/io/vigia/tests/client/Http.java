package io.vigia.tests.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Blocking HTTP with JSON, for questions to servers. Thread-safe. */
public final class Http {
  public static final ObjectMapper JSON = new ObjectMapper();

  private static final int PROBE_LIMIT_MILLIS = 2_000;

  private static final HttpClient CLIENT =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(5))
          .version(HttpClient.Version.HTTP_1_1)
          .build();

  private Http() {}

  /** GET, any status. */
  public static HttpResponse<String> get(String url, String... headers) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  /** POST, any status. */
  public static HttpResponse<String> post(String url, byte[] body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  /** POST of JSON, any status. */
  public static HttpResponse<String> postJson(String url, String body) {
    return post(url, body.getBytes(StandardCharsets.UTF_8), "Content-Type", "application/json");
  }

  /** A request of any method with a JSON body, any status. */
  public static HttpResponse<String> request(String method, String url, String body) {
    return send(
        HttpRequest.newBuilder(URI.create(url))
            .method(method, BodyPublishers.ofString(body))
            .header("Content-Type", "application/json"));
  }

  /** GET of JSON; throws with the answer when it is not 200. */
  public static JsonNode json(String url) {
    return parsed(url, get(url));
  }

  /** POST of JSON; throws with the answer when it is not 200. */
  public static JsonNode json(String url, String body) {
    return parsed(url, postJson(url, body));
  }

  /**
   * Whether a GET is answered within two seconds, and with this status. On a connection of its own:
   * whether a server is there must not hang on what an earlier question left behind.
   */
  public static boolean answersWith(String url, int status) {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
      connection.setRequestProperty("Connection", "close");
      connection.setConnectTimeout(PROBE_LIMIT_MILLIS);
      connection.setReadTimeout(PROBE_LIMIT_MILLIS);
      try {
        return connection.getResponseCode() == status;
      } finally {
        connection.disconnect();
      }
    } catch (IOException e) {
      return false;
    }
  }

  /** For one value in a query string. */
  public static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** The JSON of an answer; throws with it when it is not 200. */
  static JsonNode parsed(String url, HttpResponse<String> response) {
    if (response.statusCode() != 200) {
      throw new IllegalStateException(
          response.statusCode() + " from " + url + ": " + response.body());
    }
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException("no JSON from " + url + ": " + response.body(), e);
    }
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
