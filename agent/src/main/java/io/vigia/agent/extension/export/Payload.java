package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.export.MessageWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** An encoded {@code Export…ServiceRequest}, as an exporter of the SDK would write it. */
final class Payload implements MessageWriter {
  private final byte[] bytes;

  Payload(byte[] bytes) {
    this.bytes = bytes;
  }

  static byte[] of(MessageWriter message) throws IOException {
    ByteArrayOutputStream payload =
        new ByteArrayOutputStream(Math.max(1024, message.getContentLength()));
    message.writeMessage(payload);
    return payload.toByteArray();
  }

  @Override
  public void writeMessage(OutputStream out) throws IOException {
    out.write(bytes);
  }

  @Override
  public int getContentLength() {
    return bytes.length;
  }
}
