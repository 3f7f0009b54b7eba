package io.vigia.collector.receive.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * The answer that nearly every call gets, as bytes made once: three HTTP/2 frames with the head, an
 * empty {@code Export…ServiceResponse}, and the trailers {@code grpc-status: 0}.
 *
 * <p>The headers are literals that are not indexed, so that they mean the same whatever the
 * connection's header compression has come to. Source: RFC 9113, sections 4.1, 6.1 and 6.2; RFC
 * 7541, sections 6.1, 6.2.2 and appendix A; PROTOCOL-HTTP2.md, "Responses".
 */
final class GrpcOk {
  /** What its DATA frame takes of the flow-control windows. */
  static final int WINDOW_BYTES = 5;

  private static final int FRAME_HEADER_BYTES = 9;
  private static final int STREAM_ID = 5;
  private static final byte DATA = 0;
  private static final byte HEADERS = 1;
  private static final byte END_HEADERS = 4;
  private static final byte END_STREAM = 1;
  private static final byte STATUS_200 = (byte) 0x88;
  private static final String TYPE = "application/grpc";
  private static final String STATUS = "grpc-status";

  private static final int DATA_AT = FRAME_HEADER_BYTES + 4 + TYPE.length();
  private static final int TRAILERS_AT = DATA_AT + FRAME_HEADER_BYTES + WINDOW_BYTES;
  private static final int TRAILERS_BYTES = 4 + STATUS.length();

  /** Of one answer. */
  static final int BYTES = TRAILERS_AT + FRAME_HEADER_BYTES + TRAILERS_BYTES;

  private static final byte[] FRAMES = frames();

  private GrpcOk() {}

  private static byte[] frames() {
    ByteBuf out = Unpooled.buffer(BYTES, BYTES);
    frame(out, HEADERS, END_HEADERS, DATA_AT - FRAME_HEADER_BYTES);
    out.writeByte(STATUS_200);
    out.writeByte(0x0f).writeByte(31 - 0x0f); // not indexed, name 31 of the static table
    text(out, TYPE);
    frame(out, DATA, (byte) 0, WINDOW_BYTES);
    out.writeZero(WINDOW_BYTES); // not compressed, 0 bytes
    frame(out, HEADERS, (byte) (END_HEADERS | END_STREAM), TRAILERS_BYTES);
    out.writeByte(0); // not indexed, new name
    text(out, STATUS);
    text(out, "0");
    return out.array();
  }

  private static void frame(ByteBuf out, byte type, byte flags, int length) {
    out.writeMedium(length).writeByte(type).writeByte(flags).writeInt(0);
  }

  private static void text(ByteBuf out, String ascii) {
    out.writeByte(ascii.length());
    out.writeCharSequence(ascii, StandardCharsets.US_ASCII);
  }

  /** Appends the answer to that stream. */
  static void write(ByteBuf out, int streamId) {
    int at = out.writerIndex();
    out.writeBytes(FRAMES);
    out.setInt(at + STREAM_ID, streamId);
    out.setInt(at + DATA_AT + STREAM_ID, streamId);
    out.setInt(at + TRAILERS_AT + STREAM_ID, streamId);
  }
}
