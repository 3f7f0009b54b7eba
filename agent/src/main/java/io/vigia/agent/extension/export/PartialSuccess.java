package io.vigia.agent.extension.export;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * What a collector took but for some items (opentelemetry-proto, docs/specification.md, "Partial
 * Success"): {@code Export…ServiceResponse} with {@code partial_success = 1}, in which {@code
 * rejected_… = 1} is a number and {@code error_message = 2} a text, of all three signals alike.
 */
final class PartialSuccess {
  private static final int VARINT = 0;
  private static final int BYTES = 2;

  private final byte[] message;
  private int at;

  private PartialSuccess(byte[] message) {
    this.message = message;
  }

  /**
   * Something else than such a message is no complaint.
   *
   * @throws Outbox.PartlyRefusedException if some items were refused
   */
  static void check(byte[] response) throws IOException {
    long rejected = 0;
    byte[] why = {};
    try {
      PartialSuccess outer = new PartialSuccess(response);
      PartialSuccess inner = new PartialSuccess(outer.field(1 << 3 | BYTES));
      while (inner.at < inner.message.length) {
        long tag = inner.varint();
        if (tag == (1 << 3 | VARINT)) {
          rejected = inner.varint();
        } else if (tag == (2 << 3 | BYTES)) {
          why = inner.bytes();
        } else {
          inner.skip((int) tag & 7);
        }
      }
    } catch (IndexOutOfBoundsException e) {
      return;
    }
    if (rejected > 0) {
      String text = Excerpt.of(new String(why, StandardCharsets.UTF_8));
      throw new Outbox.PartlyRefusedException(rejected, text);
    }
  }

  /** Of the field with this tag; empty when there is none. */
  private byte[] field(int wanted) {
    while (at < message.length) {
      long tag = varint();
      if (tag == wanted) {
        return bytes();
      }
      skip((int) tag & 7);
    }
    return new byte[0];
  }

  private void skip(int wireType) {
    if (wireType == VARINT) {
      varint();
    } else if (wireType == BYTES) {
      bytes();
    } else {
      throw new IndexOutOfBoundsException(); // OTLP has no other here
    }
  }

  private byte[] bytes() {
    long length = varint();
    if (length < 0 || length > message.length - at) {
      throw new IndexOutOfBoundsException();
    }
    byte[] bytes = new byte[(int) length];
    System.arraycopy(message, at, bytes, 0, bytes.length);
    at += bytes.length;
    return bytes;
  }

  private long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      byte next = message[at++];
      value |= (next & 0x7FL) << shift;
      if (next >= 0) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException();
  }
}
