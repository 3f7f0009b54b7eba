package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.common.export.GrpcResponse;
import io.opentelemetry.sdk.common.export.GrpcSender;
import io.opentelemetry.sdk.common.export.GrpcStatusCode;
import io.opentelemetry.sdk.common.export.MessageWriter;
import io.vigia.agent.boot.TlsFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OtlpGrpcTransportTest {

  private static final byte[] PAYLOAD = {1, 2, 3};

  private final List<Sender> senders = new ArrayList<>();

  @Test
  void payloadArrivesAsItIs() throws Exception {
    transport(GrpcStatusCode.OK).deliver(PAYLOAD);
    assertThat(senders).hasSize(1);
    assertThat(senders.get(0).messages).containsExactly(PAYLOAD);
  }

  @ParameterizedTest
  @EnumSource(
      value = GrpcStatusCode.class,
      names = {"INVALID_ARGUMENT", "UNIMPLEMENTED", "INTERNAL"})
  void whatTheServerWillNeverTakeIsRefused(GrpcStatusCode status) {
    assertThatThrownBy(() -> transport(status).deliver(PAYLOAD))
        .isInstanceOfSatisfying(
            Outbox.RefusedException.class,
            refused -> assertThat(refused.status()).isEqualTo(status.getValue()));
  }

  @ParameterizedTest
  @EnumSource(
      value = GrpcStatusCode.class,
      names = {
        "UNAVAILABLE",
        "RESOURCE_EXHAUSTED",
        "DEADLINE_EXCEEDED",
        "CANCELLED",
        "ABORTED",
        "OUT_OF_RANGE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
        "PERMISSION_DENIED",
        "UNKNOWN"
      })
  void whatTheServerMayTakeLaterIsKept(GrpcStatusCode status) {
    assertThatThrownBy(() -> transport(status).deliver(PAYLOAD))
        .isInstanceOf(Outbox.BusyException.class)
        .hasMessageContaining(status.name());
  }

  /** Otherwise it would hold up all that come after it. */
  @Test
  void messageAboveTheServersLimitIsRefused() {
    byte[] payload = new byte[OtlpGrpcTransport.SERVERS_LIMIT_BYTES + 1];
    assertThatThrownBy(() -> transport(GrpcStatusCode.RESOURCE_EXHAUSTED).deliver(payload))
        .isInstanceOf(Outbox.RefusedException.class);
  }

  @Test
  void failureOfTheConnectionIsOneOfInputAndOutput() {
    OtlpGrpcTransport transport =
        new OtlpGrpcTransport(null, files -> new Sender(new IOException("refused")), 60_000);
    assertThatThrownBy(() -> transport.deliver(PAYLOAD)).isInstanceOf(IOException.class);
  }

  @Test
  void waitForAnAnswerEndsWhenItIsAborted() throws Exception {
    CountDownLatch sent = new CountDownLatch(1);
    OtlpGrpcTransport transport =
        new OtlpGrpcTransport(null, files -> new Sender(sent::countDown), 60_000);
    CompletableFuture<Void> delivery =
        CompletableFuture.runAsync(
            () -> {
              try {
                transport.deliver(PAYLOAD);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    sent.await();
    transport.abort();
    assertThatThrownBy(delivery::join).hasMessageContaining("before the exit");
  }

  @Test
  void otherFilesMeanAnotherSender() throws Exception {
    TlsFiles.Material[] files = {TlsFiles.find().current()};
    OtlpGrpcTransport transport =
        new OtlpGrpcTransport(() -> files[0], tls -> sender(GrpcStatusCode.OK), 60_000);
    transport.deliver(PAYLOAD);
    transport.deliver(PAYLOAD);
    assertThat(senders).hasSize(1);
    files[0] = TlsFiles.find().current();
    transport.deliver(PAYLOAD);
    assertThat(senders).hasSize(2);
    assertThat(senders.get(0).closed).isTrue();
    assertThat(senders.get(1).closed).isFalse();
  }

  @Test
  void whatTheServerTakesButForSomeItemsIsTold() {
    byte[] partialSuccess = {1 << 3 | 2, 2, 1 << 3, 3};
    Answer answer = new Answer(GrpcStatusCode.OK, partialSuccess);
    OtlpGrpcTransport transport =
        new OtlpGrpcTransport(null, files -> new Sender((Object) answer), 60_000);
    assertThatThrownBy(() -> transport.deliver(PAYLOAD))
        .isInstanceOfSatisfying(
            Outbox.PartlyRefusedException.class, e -> assertThat(e.items()).isEqualTo(3));
  }

  private OtlpGrpcTransport transport(GrpcStatusCode status) {
    return new OtlpGrpcTransport(null, files -> sender(status), 60_000);
  }

  private GrpcSender sender(GrpcStatusCode status) {
    Sender sender = new Sender(status);
    senders.add(sender);
    return sender;
  }

  /** Answers with a status, fails, or does neither. */
  private static final class Sender implements GrpcSender {
    final List<byte[]> messages = new ArrayList<>();
    boolean closed;
    private final Object outcome;

    Sender(Object outcome) {
      this.outcome = outcome;
    }

    Sender(Runnable whenSent) {
      this((Object) whenSent);
    }

    @Override
    public void send(
        MessageWriter message, Consumer<GrpcResponse> onResponse, Consumer<Throwable> onError) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try {
        message.writeMessage(bytes);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      messages.add(bytes.toByteArray());
      if (outcome instanceof GrpcStatusCode) {
        onResponse.accept(new Answer((GrpcStatusCode) outcome, new byte[0]));
      } else if (outcome instanceof Answer) {
        onResponse.accept((Answer) outcome);
      } else if (outcome instanceof Throwable) {
        onError.accept((Throwable) outcome);
      } else {
        ((Runnable) outcome).run();
      }
    }

    @Override
    public CompletableResultCode shutdown() {
      closed = true;
      return CompletableResultCode.ofSuccess();
    }
  }

  private record Answer(GrpcStatusCode status, byte[] message) implements GrpcResponse {
    @Override
    public GrpcStatusCode getStatusCode() {
      return status;
    }

    @Override
    public @Nullable String getStatusDescription() {
      return "as told";
    }

    @Override
    public byte[] getResponseMessage() {
      return message;
    }
  }
}
