package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.HttpResponse;
import io.opentelemetry.sdk.common.export.HttpSender;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.IOException;
import java.util.function.Consumer;

/**
 * What the SDK's OTLP/HTTP exporters send through. An answer of 200 means: delivered or kept by the
 * {@link Outbox}, the exporter need not care any more.
 */
final class SpillingHttpSender implements HttpSender {

  private final Outbox outbox;
  private final HttpPoster poster;

  SpillingHttpSender(Outbox outbox, HttpPoster poster) {
    this.outbox = outbox;
    this.poster = poster;
  }

  @Override
  public void send(
      MessageWriter message, Consumer<HttpResponse> onResponse, Consumer<Throwable> onError) {
    byte[] payload;
    try {
      payload = Payload.of(message);
    } catch (IOException | RuntimeException e) {
      onError.accept(e);
      return;
    }
    Outbox.RefusedException refused = outbox.send(payload);
    Exports.handOver();
    onResponse.accept(refused == null ? new Answer(200, "OK") : answer(refused));
  }

  private static Answer answer(Outbox.RefusedException refused) {
    return new Answer(refused.status(), String.valueOf(refused.getMessage()));
  }

  @Override
  public CompletableResultCode shutdown() {
    poster.close();
    return CompletableResultCode.ofSuccess();
  }

  private static final class Answer implements HttpResponse {
    private final int status;
    private final String message;

    Answer(int status, String message) {
      this.status = status;
      this.message = message;
    }

    @Override
    public int getStatusCode() {
      return status;
    }

    @Override
    public String getStatusMessage() {
      return message;
    }

    @Override
    public byte[] getResponseBody() {
      return new byte[0];
    }
  }
}
