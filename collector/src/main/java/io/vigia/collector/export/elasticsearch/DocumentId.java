package io.vigia.collector.export.elasticsearch;

import io.vigia.collector.core.RecordId;

/**
 * The {@code _id} of an item: base64url of log id (8 bytes), epoch (4), sequence (8) and item index
 * (4), big-endian; 32 characters. The same item always has the same id, no other item ever has it.
 * Neighbours share a long prefix, which keeps Elasticsearch's id look-ups cheap.
 */
final class DocumentId {
  static final int LENGTH = 32;
  private static final byte[] ALPHABET =
      JsonBuffer.ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

  private DocumentId() {}

  /** Writes the first 24 characters, which all items of a record share, and remembers the rest. */
  static void prefix(RecordId id, byte[] into, int at) {
    // 18 of the 24 bytes: log id, epoch, the upper 6 bytes of the sequence
    long high = id.logId();
    long middle = (long) id.epoch() << 32 | id.sequence() >>> 32;
    int low = (int) (id.sequence() >>> 16) & 0xffff;
    group(into, at, (int) (high >>> 40) & 0xffffff);
    group(into, at + 4, (int) (high >>> 16) & 0xffffff);
    group(into, at + 8, (int) (high & 0xffff) << 8 | (int) (middle >>> 56) & 0xff);
    group(into, at + 12, (int) (middle >>> 32) & 0xffffff);
    group(into, at + 16, (int) (middle >>> 8) & 0xffffff);
    group(into, at + 20, (int) (middle & 0xff) << 16 | low);
  }

  /** Writes the last 8 characters. */
  static void suffix(RecordId id, int item, byte[] into, int at) {
    group(into, at, (int) (id.sequence() & 0xffff) << 8 | item >>> 24);
    group(into, at + 4, item & 0xffffff);
  }

  static String of(RecordId id, int item) {
    byte[] text = new byte[LENGTH];
    prefix(id, text, 0);
    suffix(id, item, text, 24);
    return new String(text, java.nio.charset.StandardCharsets.US_ASCII);
  }

  private static void group(byte[] into, int at, int threeBytes) {
    into[at] = ALPHABET[threeBytes >> 18];
    into[at + 1] = ALPHABET[threeBytes >> 12 & 63];
    into[at + 2] = ALPHABET[threeBytes >> 6 & 63];
    into[at + 3] = ALPHABET[threeBytes & 63];
  }
}
