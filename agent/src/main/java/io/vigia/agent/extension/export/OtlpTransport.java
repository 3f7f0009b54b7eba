package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.Compressor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** OTLP/HTTP with binary protobuf (opentelemetry-proto, docs/specification.md, "OTLP/HTTP"). */
final class OtlpTransport implements Outbox.Transport {

  private final HttpPoster poster;
  private final Supplier<Map<String, List<String>>> headers;
  private final @Nullable Compressor compressor;

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
      return;
    }
    String message = "HTTP " + status + (response.body.isEmpty() ? "" : " " + response.body);
    // the statuses that the specification calls retryable, and those of a proxy or a bad key, which
    // an operator repairs while the data waits
    if (status == 429 || status >= 500 || status == 401 || status == 403 || status == 404) {
      throw new Outbox.BusyException(message, Math.max(0, response.retryAfterSeconds) * 1000L);
    }
    throw new Outbox.RefusedException(status, message);
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
