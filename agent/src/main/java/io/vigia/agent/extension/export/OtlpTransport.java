package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.Compressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * OTLP/HTTP with binary protobuf (opentelemetry-proto, docs/specification.md, "OTLP/HTTP"). Not
 * thread-safe, as {@link HttpPoster}.
 */
final class OtlpTransport implements Outbox.Transport {

  private final HttpPoster poster;
  private final Supplier<Map<String, List<String>>> headers;
  private final @Nullable Compressor compressor;

  /** Whether this path has taken something from this process. */
  private boolean wasThere;

  OtlpTransport(
      HttpPoster poster,
      Supplier<Map<String, List<String>>> headers,
      @Nullable Compressor compressor) {
    this.poster = poster;
    this.headers = headers;
    this.compressor = compressor;
  }

  @Override
  public void deliver(byte[] payload) throws IOException {
    HttpPoster.Response response = poster.post(compressed(payload), headers.get());
    int status = response.status;
    if (status >= 200 && status < 300) {
      wasThere = true;
      PartialSuccess.check(response.body);
      return;
    }
    String message = ("HTTP " + status + " " + Excerpt.of(response.text())).trim();
    long pauseMillis = Math.max(0, response.retryAfterSeconds) * 1000L;
    if (status == 500 || status == 403) {
      throw new Outbox.FailedException(message, pauseMillis);
    }
    if (mayBeTakenLater(status)) {
      throw new Outbox.BusyException(message, pauseMillis);
    }
    throw new Outbox.RefusedException(status, message);
  }

  /**
   * The specification has 429, 502, 503 and 504 sent again. Here also what an operator or a restart
   * repairs while the data waits: a bad key, a server that fails, a request that came too slowly. A
   * path that is not there, or elsewhere, is not waited for, unless it was: a router that has just
   * begun may not know it yet.
   */
  private boolean mayBeTakenLater(int status) {
    switch (status) {
      case 401:
      case 403:
      case 407:
      case 408:
      case 425:
      case 429:
        return true;
      case 301:
      case 302:
      case 303:
      case 307:
      case 308:
      case 404:
      case 405:
      case 501:
        return wasThere;
      default:
        return status >= 500;
    }
  }

  /** What waits on disk is never compressed, so that any process can send it its own way. */
  private byte[] compressed(byte[] payload) throws IOException {
    if (compressor == null) {
      return payload;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(payload.length / 2);
    try (OutputStream out = compressor.compress(bytes)) {
      out.write(payload);
    }
    return bytes.toByteArray();
  }
}
