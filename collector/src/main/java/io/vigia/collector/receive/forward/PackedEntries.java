package io.vigia.collector.receive.forward;

import io.netty.buffer.Unpooled;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.UnixTime;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The entries of a PackedForward chunk that did not arrive by the network. */
public final class PackedEntries {
  private static final int MAX_TAG_BYTES = 0xff;

  /**
   * One request.
   *
   * @param items log records in it; may be 0
   */
  public record OtlpLogs(ByteBuffer request, int items) {}

  /**
   * All of it or nothing: what was cut off is no chunk.
   *
   * @param entries {@code [time, record]} after {@code [time, record]}, not compressed
   * @throws MalformedForwardException when they are not that
   */
  public static OtlpLogs toOtlp(String tag, byte[] entries, CollectorMetrics metrics) {
    byte[] message = message(tag.getBytes(StandardCharsets.UTF_8), entries);
    // parts of a request, one after the other, are one request (protobuf: repeated fields merge)
    ByteArrayOutputStream request = new ByteArrayOutputStream(entries.length * 2);
    int[] items = {0};
    ForwardTranscoder transcoder = ForwardTranscoder.current();
    transcoder.begin(
        UnixTime.nowNanos(),
        Math.max(1, entries.length),
        metrics,
        (part, count) -> {
          request.write(part.array(), part.arrayOffset() + part.position(), part.remaining());
          items[0] += count;
        });
    transcoder.message(message, 0, message.length, Unpooled.EMPTY_BUFFER);
    transcoder.end();
    MalformedForwardException broken = transcoder.broken();
    if (broken != null) {
      throw broken;
    }
    return new OtlpLogs(ByteBuffer.wrap(request.toByteArray()), items[0]);
  }

  /** {@code [tag, entries]}: an array of two, a str 8 and a bin 32 (msgpack, spec.md). */
  private static byte[] message(byte[] tag, byte[] entries) {
    if (tag.length > MAX_TAG_BYTES) {
      throw new IllegalArgumentException("tag of " + tag.length + " bytes");
    }
    return ByteBuffer.allocate(3 + tag.length + 5 + entries.length)
        .put((byte) 0x92)
        .put((byte) 0xd9)
        .put((byte) tag.length)
        .put(tag)
        .put((byte) 0xc6)
        .putInt(entries.length)
        .put(entries)
        .array();
  }

  private PackedEntries() {}
}
