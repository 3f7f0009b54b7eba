package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.IOException;
import java.util.function.Consumer;

/** As {@link SpillingHttpSender}, for the SDK's OTLP/gRPC exporters. */
final class SpillingGrpcSender implements GrpcSender {

  private final Outbox outbox;
  private final OtlpGrpcTransport transport;

  SpillingGrpcSender(Outbox outbox, OtlpGrpcTransport transport) {
    this.outbox = outbox;
    this.transport = transport;
  }

  @Override
  public void send(
      MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
    byte[] payload;
    try {
      payload = Payload.of(message);
    } catch (IOException | RuntimeException e) {
      onError.accept(e);
      return;
    }
    Outbox.RefusedException refused = outbox.send(payload);
    Exports.handOver();
    onResponse.accept(
        refused == null
            ? new Answer(GrpcStatusCode.OK, "")
            : new Answer(
                GrpcStatusCode.fromValue(refused.status()), String.valueOf(refused.getMessage())));
  }

  @Override
  public CompletableResultCode shutdown() {
    transport.close();
    return CompletableResultCode.ofSuccess();
  }

  private static final class Answer implements GrpcResponse {
    private final GrpcStatusCode status;
    private final String description;

    Answer(GrpcStatusCode status, String description) {
      this.status = status;
      this.description = description;
    }

    @Override
    public GrpcStatusCode getStatusCode() {
      return status;
    }

    @Override
    public String getStatusDescription() {
      return description;
    }

    @Override
    public byte[] getResponseMessage() {
      return new byte[0];
    }
  }
}
