package io.vigia.collector.receive.otlp;

import io.netty.util.concurrent.EventExecutor;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.otlp.Answer.Kind;

/**
 * A unary gRPC call: one length-prefixed message (flag, 4-byte length). Source: PROTOCOL-HTTP2.md,
 * "Length-Prefixed-Message".
 */
final class GrpcCall extends ExportCall {
  private static final int PREFIX_BYTES = 5;

  private final Http2Answers answers;
  private final int streamId;
  private final Encoding encoding;

  GrpcCall(
      Intaker intaker,
      EventExecutor eventLoop,
      Signal signal,
      String peer,
      Http2Answers answers,
      int streamId,
      Encoding encoding) {
    super(intaker, eventLoop, signal, Intaker.GRPC, peer, intaker.maxMessageBytes() + PREFIX_BYTES);
    this.answers = answers;
    this.streamId = streamId;
    this.encoding = encoding;
  }

  /** What the prefix says, once it is there: the whole length; otherwise 0. */
  int expectedBytes() {
    long claimed = claimedBytes();
    return claimed < 0 || claimed > intaker().maxMessageBytes() ? 0 : PREFIX_BYTES + (int) claimed;
  }

  private long claimedBytes() {
    if (body().size() < PREFIX_BYTES) {
      return -1;
    }
    byte[] bytes = body().array();
    return (bytes[1] & 0xffL) << 24
        | (bytes[2] & 0xff) << 16
        | (bytes[3] & 0xff) << 8
        | bytes[4] & 0xff;
  }

  @Override
  void arrived() {
    long claimed = claimedBytes();
    if (claimed > intaker().maxMessageBytes()) {
      malformed(
          Kind.TOO_LARGE,
          "size",
          "a message of " + claimed + " bytes; at most " + intaker().maxMessageBytes());
    } else if (claimed >= 0 && body().size() > PREFIX_BYTES + claimed) {
      malformed(Kind.BROKEN, "framing", "more than one message in a unary call");
    }
  }

  @Override
  void complete() {
    if (answered()) {
      return;
    }
    long claimed = claimedBytes();
    if (claimed < 0 || body().size() != PREFIX_BYTES + claimed) {
      malformed(Kind.BROKEN, "framing", "the call ended before its message did");
      return;
    }
    byte[] bytes = body().array();
    switch (bytes[0]) {
      case 0 -> accept(bytes, PREFIX_BYTES, (int) claimed);
      case 1 -> {
        if (encoding == Encoding.IDENTITY) {
          malformed(Kind.BROKEN, "framing", "a compressed message without grpc-encoding");
          return;
        }
        Slice plain = plain(encoding, bytes, PREFIX_BYTES, (int) claimed);
        if (plain != null) {
          accept(plain.array(), plain.offset(), plain.length());
        }
      }
      default -> malformed(Kind.BROKEN, "framing", "unknown flag " + bytes[0]);
    }
  }

  @Override
  void write(Answer answer) {
    answers.grpc(streamId, answer);
  }
}
