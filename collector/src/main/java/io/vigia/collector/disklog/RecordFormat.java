package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The 64 bytes before every record's body; little-endian. Drawn in {@code
 * collector/docs/format/disklog.md}, section "Record".
 *
 * <p>A header has a checksum of its own, so that a damaged body costs one record and its length can
 * still be trusted.
 */
final class RecordFormat {
  static final int HEADER_BYTES = 64;
  static final int MAGIC = 0x43455256; // "VREC"

  private static final int HEADER_CRC = 4;
  private static final int BODY_LENGTH = 8;
  private static final int BODY_CRC = 12;
  private static final int LOG_ID = 16;
  private static final int SEQUENCE = 24;
  private static final int ITEMS_BEFORE = 32;
  private static final int RECEIVE_TIME = 40;
  private static final int ITEMS = 48;
  private static final int EPOCH = 52;
  private static final int ENVELOPE_LENGTH = 56;
  private static final int SYNCED_TO = 60;

  private RecordFormat() {}

  /** Most bytes {@link #append} can need. */
  static long maxBytes(Envelope envelope, int payloadBytes) {
    return (long) HEADER_BYTES + EnvelopeCodec.maxBytes(envelope) + payloadBytes;
  }

  /** Writes a whole record, its header unsealed, at the buffer's position and moves it. */
  static void append(
      ByteBuffer buffer,
      Envelope envelope,
      @Nullable SideNote note,
      int items,
      ByteBuffer payload,
      long sequence,
      long itemsBefore,
      Checksum checksum) {
    int at = buffer.position();
    int body = at + HEADER_BYTES;
    buffer.position(body);
    EnvelopeCodec.put(buffer, envelope);
    if (note != null) {
      EnvelopeCodec.putNote(buffer, note);
    }
    int payloadAt = buffer.position();
    int payloadBytes = payload.remaining();
    buffer.put(payloadAt, payload, payload.position(), payloadBytes);
    int end = payloadAt + payloadBytes;
    buffer.position(end);
    buffer.putInt(at, MAGIC);
    buffer.putInt(at + BODY_LENGTH, end - body);
    buffer.putInt(at + BODY_CRC, checksum.of(buffer, body, end - body));
    buffer.putLong(at + SEQUENCE, sequence);
    buffer.putLong(at + ITEMS_BEFORE, itemsBefore);
    buffer.putLong(at + RECEIVE_TIME, envelope.receiveTimeUnixNanos());
    buffer.putInt(at + ITEMS, items);
    buffer.putInt(at + ENVELOPE_LENGTH, payloadAt - body);
  }

  /** Completes and checksums a header just before it is written. */
  static void seal(
      ByteBuffer buffer, int at, long logId, int epoch, int syncedTo, Checksum checksum) {
    buffer.putLong(at + LOG_ID, logId);
    buffer.putInt(at + EPOCH, epoch);
    buffer.putInt(at + SYNCED_TO, syncedTo);
    buffer.putInt(at + HEADER_CRC, headerCrc(buffer, at, checksum));
  }

  /** Whether a whole, undamaged header of this log begins at {@code at}. */
  static boolean validHeader(ByteBuffer buffer, int at, long logId, Checksum checksum) {
    return buffer.getInt(at) == MAGIC
        && buffer.getLong(at + LOG_ID) == logId
        && buffer.getInt(at + HEADER_CRC) == headerCrc(buffer, at, checksum)
        && bodyLength(buffer, at) >= 0
        && envelopeLength(buffer, at) >= 0
        && envelopeLength(buffer, at) <= bodyLength(buffer, at);
  }

  static boolean validBody(ByteBuffer buffer, int at, Checksum checksum) {
    return buffer.getInt(at + BODY_CRC)
        == checksum.of(buffer, at + HEADER_BYTES, bodyLength(buffer, at));
  }

  private static int headerCrc(ByteBuffer buffer, int at, Checksum checksum) {
    return checksum.of(buffer, at + BODY_LENGTH, HEADER_BYTES - BODY_LENGTH);
  }

  static int bodyLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + BODY_LENGTH);
  }

  static int envelopeLength(ByteBuffer buffer, int at) {
    return buffer.getInt(at + ENVELOPE_LENGTH);
  }

  static int recordLength(ByteBuffer buffer, int at) {
    return HEADER_BYTES + bodyLength(buffer, at);
  }

  static long logId(ByteBuffer buffer, int at) {
    return buffer.getLong(at + LOG_ID);
  }

  static long sequence(ByteBuffer buffer, int at) {
    return buffer.getLong(at + SEQUENCE);
  }

  static long itemsBefore(ByteBuffer buffer, int at) {
    return buffer.getLong(at + ITEMS_BEFORE);
  }

  static long receiveTimeUnixNanos(ByteBuffer buffer, int at) {
    return buffer.getLong(at + RECEIVE_TIME);
  }

  static int items(ByteBuffer buffer, int at) {
    return buffer.getInt(at + ITEMS);
  }

  static int epoch(ByteBuffer buffer, int at) {
    return buffer.getInt(at + EPOCH);
  }

  /**
   * The offset in the segment before which everything was durable when this record was written. A
   * damaged stretch at or after it belongs to a group that was being written when the machine died
   * (torn; with durability {@code fsync} never acknowledged); one before it is damage.
   */
  static int syncedTo(ByteBuffer buffer, int at) {
    return buffer.getInt(at + SYNCED_TO);
  }
}
