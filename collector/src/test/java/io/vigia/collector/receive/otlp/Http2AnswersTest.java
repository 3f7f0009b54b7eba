package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Headers;
import io.vigia.collector.receive.FakeIntake;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers of gRPC calls frame by frame, before a peer that is strict about RFC 9113 and 7541. */
class Http2AnswersTest {
  private static final String PATH = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int HEADER_TABLE_SIZE = 1;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int DEFAULT_WINDOW = 65_535;

  private final FakeIntake intake = new FakeIntake();
  private final OtlpReceiver receiver =
      OtlpReceiver.builder()
          .grpc(new InetSocketAddress("127.0.0.1", 0))
          .intake(intake)
          .metrics(intake.metrics)
          .build();
  private final byte[] message = Requests.logs(1).toByteArray();

  @BeforeEach
  void start() throws IOException {
    receiver.start();
  }

  @AfterEach
  void stop() {
    receiver.close();
  }

  private record Frame(int type, int flags, int streamId, byte[] payload) {}

  /** A connection that numbers its calls 1, 3, 5 …. */
  private final class Peer implements AutoCloseable {
    private final Socket socket = new Socket("127.0.0.1", receiver.grpcAddress().getPort());
    private final DataInputStream in = new DataInputStream(socket.getInputStream());
    private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder();

    /**
     * @param setting the only one it sends, or 0 for none
     */
    Peer(int setting, int value) throws IOException {
      socket.setSoTimeout(60_000);
      socket.setTcpNoDelay(true);
      socket
          .getOutputStream()
          .write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      ByteBuffer settings = ByteBuffer.allocate(setting == 0 ? 0 : 6);
      if (setting != 0) {
        settings.putShort((short) setting).putInt(value);
      }
      send(SETTINGS, 0, 0, settings.array());
    }

    final void send(int type, int flags, int streamId, byte[] payload) throws IOException {
      ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
      frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(streamId).put(payload);
      socket.getOutputStream().write(frame.array());
    }

    void call(int streamId) throws IOException {
      begin(streamId);
      byte[] framed = new byte[5 + message.length];
      ByteBuffer.wrap(framed).put((byte) 0).putInt(message.length).put(message);
      send(DATA, /* END_STREAM */ 1, streamId, framed);
    }

    void begin(int streamId) throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      head.write(0x83); // POST
      head.write(0x86); // http
      literal(head, new byte[] {4}, PATH);
      literal(head, new byte[] {0x0f, 0x10}, "application/grpc");
      send(HEADERS, /* END_HEADERS */ 4, streamId, head.toByteArray());
    }

    void cancel(int streamId) throws IOException {
      send(RST_STREAM, 0, streamId, new byte[] {0, 0, 0, /* CANCEL */ 8});
    }

    void addWindow(int streamId, int bytes) throws IOException {
      send(WINDOW_UPDATE, 0, streamId, ByteBuffer.allocate(4).putInt(bytes).array());
    }

    /** The next frame that is not about the connection. */
    Frame next() throws IOException {
      while (true) {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int streamId = in.readInt();
        Frame frame = new Frame(head & 0xff, flags, streamId, in.readNBytes(head >>> 8));
        if (frame.type != SETTINGS && frame.type != WINDOW_UPDATE) {
          return frame;
        }
      }
    }

    Http2Headers headers(Frame frame) throws Exception {
      assertThat(frame.type).isEqualTo(HEADERS);
      return hpack.decodeHeaders(frame.streamId, Unpooled.wrappedBuffer(frame.payload));
    }

    void expectHead(int streamId) throws Exception {
      Frame frame = next();
      assertThat(frame.streamId).isEqualTo(streamId);
      assertThat(frame.flags).isEqualTo(/* END_HEADERS */ 4);
      Http2Headers head = headers(frame);
      assertThat(head.status()).hasToString("200");
      assertThat(head.get("content-type")).hasToString("application/grpc");
      assertThat(head).hasSize(2);
    }

    void expectRest(int streamId) throws Exception {
      Frame data = next();
      assertThat(data.type).isEqualTo(DATA);
      assertThat(data.streamId).isEqualTo(streamId);
      assertThat(data.flags).isZero();
      assertThat(data.payload).isEqualTo(new byte[5]);
      Frame end = next();
      assertThat(end.streamId).isEqualTo(streamId);
      assertThat(end.flags).isEqualTo(/* END_STREAM, END_HEADERS */ 5);
      Http2Headers trailers = headers(end);
      assertThat(trailers.get("grpc-status")).hasToString("0");
      assertThat(trailers).hasSize(1);
    }

    /** Nothing else was said up to now. */
    void expectSilence() throws IOException {
      send(PING, 0, 0, new byte[8]);
      assertThat(next().type).isEqualTo(PING);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static void literal(ByteArrayOutputStream to, byte[] name, String value) {
    to.writeBytes(name);
    to.write(value.length());
    to.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
  }

  /** As grpc-go does, to measure the way: more than a hundred in ten seconds. */
  @Test
  void aPingWithEachAnswerIsNoFlood() throws Exception {
    try (Peer peer = new Peer(0, 0)) {
      for (int i = 0; i < 300; i++) {
        int streamId = 2 * i + 1;
        peer.call(streamId);
        peer.expectHead(streamId);
        peer.expectRest(streamId);
        peer.expectSilence(); // a ping
      }
    }
    assertThat(intake.counted("malformed:otlp/grpc:ping_flood")).isZero();
  }

  /** As a client does whose deadlines are shorter than the disk is slow: more than 200 in 30 s. */
  @Test
  void resetsOfWholeRequestsAreNoFlood() throws Exception {
    intake.hold();
    try (Peer peer = new Peer(0, 0)) {
      for (int i = 0; i < 300; i++) {
        int streamId = 2 * i + 1;
        peer.call(streamId);
        peer.cancel(streamId);
      }
      peer.expectSilence();
    }
    assertThat(intake.taken).as("what is there in full is kept").hasSize(300);
    assertThat(intake.counted("malformed:otlp/grpc:reset_flood")).isZero();
  }

  @Test
  void resetsOfRequestsThatAreBegunAndLeftEndTheConnection() throws Exception {
    try (Peer peer = new Peer(0, 0)) {
      for (int i = 0; i < 201; i++) {
        int streamId = 2 * i + 1;
        peer.begin(streamId);
        peer.cancel(streamId);
      }
      assertThat(peer.next().type).isEqualTo(GOAWAY);
    }
    assertThat(intake.counted("malformed:otlp/grpc:reset_flood")).isEqualTo(1);
  }

  @Test
  void anAnswerIsHeadEmptyMessageAndTrailers() throws Exception {
    try (Peer peer = new Peer(0, 0)) {
      for (int streamId = 1; streamId < 7; streamId += 2) {
        peer.call(streamId);
        peer.expectHead(streamId);
        peer.expectRest(streamId);
      }
      peer.expectSilence();
    }
    assertThat(intake.taken).hasSize(3);
  }

  @Test
  void theMessageWaitsForTheWindowOfItsStream() throws Exception {
    try (Peer peer = new Peer(INITIAL_WINDOW_SIZE, 0)) {
      peer.call(1);
      peer.expectHead(1);
      peer.expectSilence();
      peer.addWindow(1, GrpcOk.WINDOW_BYTES);
      peer.expectRest(1);
    }
  }

  @Test
  void theMessageWaitsForTheWindowOfTheConnection() throws Exception {
    try (Peer peer = new Peer(0, 0)) {
      int streamId = 1;
      int last = 1 + 2 * (DEFAULT_WINDOW / GrpcOk.WINDOW_BYTES);
      for (; streamId < last; streamId += 200) { // not one by one
        for (int i = 0; i < 200 && streamId + i < last; i += 2) {
          peer.call(streamId + i);
        }
        for (int i = 0; i < 200 && streamId + i < last; i += 2) {
          peer.expectHead(streamId + i);
          peer.expectRest(streamId + i);
        }
      }
      peer.call(last);
      peer.expectHead(last);
      peer.expectSilence();
      peer.addWindow(0, GrpcOk.WINDOW_BYTES);
      peer.expectRest(last);
    }
  }

  @Test
  void aPeerWithASmallerHeaderTableIsToldThatItIsUsed() throws Exception {
    try (Peer peer = new Peer(HEADER_TABLE_SIZE, 64)) {
      peer.hpack.maxHeaderTableSize(64); // from now on it insists on an update of the size
      peer.call(1);
      peer.expectHead(1);
      peer.expectRest(1);
    }
  }

  @Test
  void aCallThatIsCancelledGetsNoAnswerAndOthersDo() throws Exception {
    intake.hold();
    try (Peer peer = new Peer(0, 0)) {
      peer.call(1);
      peer.call(3);
      peer.send(/* RST_STREAM */ 3, 0, 1, ByteBuffer.allocate(4).putInt(8).array());
      peer.expectSilence();
      intake.release();
      peer.expectHead(3);
      peer.expectRest(3);
      peer.expectSilence();
    }
  }
}
