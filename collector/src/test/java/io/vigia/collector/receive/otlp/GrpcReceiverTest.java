package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.CallOptions;
import io.grpc.CompressorRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.RawBytes;
import io.vigia.collector.otlp.RandomOtlp;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.Packing;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The receiver against grpc-java. */
class GrpcReceiverTest {
  private final FakeIntake intake = new FakeIntake();
  private final OtlpReceiver receiver =
      OtlpReceiver.builder()
          .grpc(new InetSocketAddress("127.0.0.1", 0))
          .intake(intake)
          .metrics(intake.metrics)
          .build();
  private ManagedChannel channel = connect(0);

  private static ManagedChannel connect(int port) {
    return NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  @BeforeEach
  void start() throws IOException {
    receiver.start();
    channel.shutdownNow();
    channel = connect(receiver.grpcAddress().getPort());
  }

  @AfterEach
  void stop() throws InterruptedException {
    channel.shutdownNow();
    receiver.close();
    channel.awaitTermination(5, TimeUnit.SECONDS);
  }

  static String service(Signal signal) {
    String name = signal == Signal.TRACES ? "trace" : signal.id();
    String title = name.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + name.substring(1);
    return "opentelemetry.proto.collector." + name + ".v1." + title + "Service/Export";
  }

  static MethodDescriptor<byte[], byte[]> method(Signal signal) {
    return MethodDescriptor.newBuilder(RawBytes.INSTANCE, RawBytes.INSTANCE)
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(service(signal))
        .build();
  }

  private byte[] call(String method, byte[] request, CallOptions options) {
    return ClientCalls.blockingUnaryCall(
        channel,
        MethodDescriptor.newBuilder(RawBytes.INSTANCE, RawBytes.INSTANCE)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build(),
        options.withDeadlineAfter(10, TimeUnit.SECONDS),
        request);
  }

  private StatusRuntimeException refused(String method, byte[] request) {
    return catchThrowableOfType(
        StatusRuntimeException.class, () -> call(method, request, CallOptions.DEFAULT));
  }

  private static byte[] request(Signal signal, long seed) {
    Message message = new RandomOtlp(seed).request(signal);
    return message.toByteArray();
  }

  @Test
  void everySignalArrivesByteForByte() throws InvalidProtocolBufferException {
    everySignalArrivesByteForByte(CallOptions.DEFAULT);
  }

  /** A block is what no sender over gRPC writes, but understood. */
  @ParameterizedTest
  @EnumSource
  void everySignalArrivesByteForByteWhenCompressed(Packing packing) throws IOException {
    CompressorRegistry packings = CompressorRegistry.newEmptyInstance();
    packings.register(packing);
    channel.shutdownNow();
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", receiver.grpcAddress().getPort())
            .compressorRegistry(packings)
            .usePlaintext()
            .build();
    everySignalArrivesByteForByte(
        CallOptions.DEFAULT.withCompression(packing.getMessageEncoding()));
  }

  private void everySignalArrivesByteForByte(CallOptions options)
      throws InvalidProtocolBufferException {
    List<byte[]> sent = new ArrayList<>();
    for (int seed = 0; seed < 20; seed++) {
      for (Signal signal : Signal.values()) {
        byte[] request = request(signal, seed);
        int before = intake.taken.size();
        assertThat(call(service(signal), request, options)).isEmpty();
        if (intake.taken.size() > before) { // an empty request needs no disk
          sent.add(request);
          FakeIntake.Taken taken = intake.taken.get(before);
          assertThat(taken.signal()).isEqualTo(signal);
          assertThat(taken.envelope().receiver()).isEqualTo("otlp/grpc");
          assertThat(taken.envelope().peer()).startsWith("127.0.0.1:");
        }
      }
    }
    assertThat(sent).hasSizeGreaterThan(30);
    assertThat(intake.taken).extracting(FakeIntake.Taken::payload).containsExactlyElementsOf(sent);
  }

  @Test
  void theAnswerWaitsForTheIntake() throws Exception {
    intake.hold();
    var answer =
        ClientCalls.futureUnaryCall(
            channel.newCall(method(Signal.LOGS), CallOptions.DEFAULT),
            Requests.logs(3).toByteArray());
    await().until(() -> intake.taken.size() == 1);
    assertThat(answer.isDone()).isFalse();
    intake.release();
    assertThat(answer.get(10, TimeUnit.SECONDS)).isEmpty();
  }

  @Test
  void aCallThatPassesItsDeadlineCostsNoOtherOnItsConnection() throws Exception {
    intake.hold();
    var late =
        ClientCalls.futureUnaryCall(
            channel.newCall(
                method(Signal.LOGS),
                CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS)),
            Requests.logs(3).toByteArray());
    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> late.get(30, TimeUnit.SECONDS)))
        .hasMessageContaining("DEADLINE_EXCEEDED");
    var other =
        ClientCalls.futureUnaryCall(
            channel.newCall(method(Signal.LOGS), CallOptions.DEFAULT),
            Requests.logs(1).toByteArray());
    await().until(() -> intake.taken.size() == 2);
    intake.release();
    assertThat(other.get(10, TimeUnit.SECONDS)).isEmpty();
    call(service(Signal.LOGS), Requests.logs(1).toByteArray(), CallOptions.DEFAULT);
    assertThat(intake.taken).extracting(FakeIntake.Taken::envelope).hasSize(3);
    assertThat(intake.taken.stream().map(taken -> taken.envelope().peer()).distinct()).hasSize(1);
  }

  @Test
  void overloadSaysWhenToComeAgain() throws Exception {
    intake.failWith(new IntakeException.Overloaded("quota", "disk quota reached", 2500));
    StatusRuntimeException refusal = refused(service(Signal.LOGS), Requests.logs(1).toByteArray());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(refusal.getStatus().getDescription()).isEqualTo("disk quota reached");
    Metadata trailers = refusal.getTrailers();
    assertThat(trailers).isNotNull();
    byte[] details =
        trailers.get(Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER));
    assertThat(Base64.getEncoder().encodeToString(details))
        .isEqualTo(
            Base64.getEncoder()
                .encodeToString(Requests.retryStatus(8, "disk quota reached", 2, 500_000_000)));
  }

  @Test
  void refusalForGoodIsInvalidArgument() {
    intake.failWith(new IntakeException.Rejected("oversize", "größer als erlaubt"));
    StatusRuntimeException refusal = refused(service(Signal.LOGS), Requests.logs(1).toByteArray());
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refusal.getStatus().getDescription()).isEqualTo("größer als erlaubt");
  }

  @Test
  void malformedIsInvalidArgumentAndTheConnectionLivesOn() {
    StatusRuntimeException refusal = refused(service(Signal.TRACES), new byte[] {0x0a, 0x7f, 1});
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(intake.counted("malformed:otlp/grpc:length")).isEqualTo(1);
    call(service(Signal.LOGS), Requests.logs(1).toByteArray(), CallOptions.DEFAULT);
    assertThat(intake.taken).hasSize(1);
  }

  @Test
  void unknownMethodIsUnimplemented() {
    assertThat(refused("opentelemetry.proto.collector.profiles.v1/Export", new byte[0]).getStatus())
        .extracting(Status::getCode)
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  @Test
  void tooLargeIsRefusedForGood() {
    StatusRuntimeException refusal = refused(service(Signal.LOGS), new byte[(4 << 20) + 1]);
    assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(
            refusal
                .getTrailers()
                .containsKey(
                    Metadata.Key.of("grpc-status-details-bin", Metadata.BINARY_BYTE_MARSHALLER)))
        .isFalse();
    assertThat(intake.counted("malformed:otlp/grpc:size")).isEqualTo(1);
  }

  @Test
  void gzipBombIsRefused() throws Exception {
    var bomb = new java.io.ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(bomb)) {
      gzip.write(new byte[64 << 20]);
    }
    StatusRuntimeException refusal =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                call(
                    service(Signal.LOGS),
                    new byte[64 << 20],
                    CallOptions.DEFAULT.withCompression("gzip")));
    assertThat(refusal.getStatus().getCode())
        .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.INVALID_ARGUMENT);
    assertThat(intake.taken).isEmpty();
  }
}
