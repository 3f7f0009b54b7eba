package io.vigia.collector.disklog;

import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The envelope's bytes: a version, then tagged fields, so that later versions can add some. Drawn
 * in {@code collector/docs/format/disklog.md}, section "Envelope". The receive time is in the
 * record's header.
 */
final class EnvelopeCodec {
  static final byte VERSION = 1;
  static final int RECEIVER = 1;
  static final int PEER = 2;
  static final int ATTRIBUTE = 3;
  static final int NOTE = 16;

  private EnvelopeCodec() {}

  /** Most bytes {@link #putNote} can need. */
  static int maxBytes(SideNote note) {
    return 64
        + note.originItems() / 8
        + 3 * (note.reason().length() + note.detail().length() + note.signal().id().length());
  }

  /** Adds a side note after {@link #put}. */
  static void putNote(ByteBuffer buffer, SideNote note) {
    ByteBuffer field = ByteBuffer.allocate(maxBytes(note)).order(ByteOrder.LITTLE_ENDIAN);
    field.putLong(note.origin().logId()).putInt(note.origin().epoch());
    field.putLong(note.origin().sequence()).putInt(note.originItems());
    BitSet wanted = note.wanted();
    putBytes(field, wanted == null ? new byte[0] : wanted.toByteArray());
    putBytes(field, note.signal().id().getBytes(StandardCharsets.UTF_8));
    putBytes(field, note.reason().getBytes(StandardCharsets.UTF_8));
    putBytes(field, note.detail().getBytes(StandardCharsets.UTF_8));
    field.putLong(note.unixNanos());
    buffer.put((byte) NOTE);
    putVarint(buffer, field.position());
    buffer.put(field.flip());
  }

  private static void putBytes(ByteBuffer buffer, byte[] bytes) {
    putVarint(buffer, bytes.length);
    buffer.put(bytes);
  }

  /** Most bytes {@link #put} can need. */
  static int maxBytes(Envelope envelope) {
    int bytes = 1 + maxFieldBytes(envelope.receiver()) + maxFieldBytes(envelope.peer());
    for (Map.Entry<String, String> attribute : envelope.attributes().entrySet()) {
      bytes += 15 + 3 * (attribute.getKey().length() + attribute.getValue().length());
    }
    return bytes;
  }

  private static int maxFieldBytes(String text) {
    return 6 + 3 * text.length();
  }

  /** Writes at the buffer's position and moves it. */
  static void put(ByteBuffer buffer, Envelope envelope) {
    buffer.put(VERSION);
    putText(buffer, RECEIVER, envelope.receiver());
    putText(buffer, PEER, envelope.peer());
    for (Map.Entry<String, String> attribute : envelope.attributes().entrySet()) {
      byte[] key = attribute.getKey().getBytes(StandardCharsets.UTF_8);
      byte[] value = attribute.getValue().getBytes(StandardCharsets.UTF_8);
      buffer.put((byte) ATTRIBUTE);
      putVarint(buffer, varintBytes(key.length) + key.length + value.length);
      putVarint(buffer, key.length);
      buffer.put(key).put(value);
    }
  }

  private static void putText(ByteBuffer buffer, int tag, String text) {
    int length = text.length();
    if (length == 0) {
      return;
    }
    buffer.put((byte) tag);
    int start = buffer.position();
    putVarint(buffer, length);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        buffer.position(start);
        putVarint(buffer, utf8.length);
        buffer.put(utf8);
        return;
      }
      buffer.put((byte) c);
    }
  }

  private static void putVarint(ByteBuffer buffer, int value) {
    while ((value & ~0x7F) != 0) {
      buffer.put((byte) (value | 0x80));
      value >>>= 7;
    }
    buffer.put((byte) value);
  }

  private static int varintBytes(int value) {
    return (38 - Integer.numberOfLeadingZeros(value | 1)) / 7;
  }

  /** Reads envelopes; remembers the last one, as neighbours mostly come from the same sender. */
  static final class Decoder {
    private byte[] lastBytes = new byte[0];
    private @Nullable Envelope last;
    private @Nullable SideNote note;

    /** The side note of the envelope decoded last. */
    @Nullable SideNote note() {
      return note;
    }

    /** Unknown tags are skipped; a malformed rest is ignored (its checksum was right). */
    Envelope decode(ByteBuffer block, int at, int length, long receiveTimeUnixNanos) {
      byte[] array = block.array();
      int start = block.arrayOffset() + at;
      Envelope known = last;
      if (known == null
          || !Arrays.equals(lastBytes, 0, lastBytes.length, array, start, start + length)) {
        lastBytes = Arrays.copyOfRange(array, start, start + length);
        known = parse(ByteBuffer.wrap(lastBytes));
        last = known;
      }
      return new Envelope(receiveTimeUnixNanos, known.receiver(), known.peer(), known.attributes());
    }

    private Envelope parse(ByteBuffer in) {
      note = null;
      String receiver = "";
      String peer = "";
      Map<String, String> attributes = new LinkedHashMap<>();
      if (in.hasRemaining()) {
        in.get(); // every version so far is tagged fields
      }
      while (in.remaining() >= 2) {
        int tag = in.get();
        int length = getVarint(in);
        if (length < 0 || length > in.remaining()) {
          break;
        }
        ByteBuffer field = in.slice(in.position(), length);
        in.position(in.position() + length);
        switch (tag) {
          case RECEIVER -> receiver = text(field);
          case PEER -> peer = text(field);
          case ATTRIBUTE -> {
            int keyLength = getVarint(field);
            if (keyLength >= 0 && keyLength <= field.remaining()) {
              String key = text(field.slice(field.position(), keyLength));
              field.position(field.position() + keyLength);
              attributes.put(key, text(field));
            }
          }
          case NOTE -> note = note(field.order(ByteOrder.LITTLE_ENDIAN));
          default -> {
            // written by a newer program: not for us
          }
        }
      }
      return new Envelope(0, receiver, peer, attributes);
    }

    private static @Nullable SideNote note(ByteBuffer field) {
      if (field.remaining() < 24) {
        return null;
      }
      RecordId origin = new RecordId(field.getLong(), field.getInt(), field.getLong());
      int originItems = field.getInt();
      ByteBuffer wanted = part(field);
      String signalId = text(part(field));
      String reason = text(part(field));
      String detail = text(part(field));
      long unixNanos = field.remaining() < 8 ? 0 : field.getLong();
      for (Signal signal : Signal.values()) {
        if (signal.id().equals(signalId)) {
          BitSet items = wanted.hasRemaining() ? BitSet.valueOf(wanted) : null;
          return new SideNote(origin, signal, originItems, items, reason, detail, unixNanos);
        }
      }
      return null;
    }

    private static ByteBuffer part(ByteBuffer field) {
      int length = getVarint(field);
      if (length < 0 || length > field.remaining()) {
        return ByteBuffer.allocate(0);
      }
      ByteBuffer part = field.slice(field.position(), length);
      field.position(field.position() + length);
      return part;
    }

    private static String text(ByteBuffer bytes) {
      return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private static int getVarint(ByteBuffer in) {
      int value = 0;
      for (int shift = 0; shift < 35 && in.hasRemaining(); shift += 7) {
        byte b = in.get();
        value |= (b & 0x7F) << shift;
        if (b >= 0) {
          return value;
        }
      }
      return -1;
    }
  }
}
