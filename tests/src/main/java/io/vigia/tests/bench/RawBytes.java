package io.vigia.tests.bench;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** gRPC messages that are not parsed. */
final class RawBytes implements MethodDescriptor.Marshaller<byte[]> {
  static final RawBytes INSTANCE = new RawBytes(false);

  /** Reads a message and throws it away. */
  static final RawBytes COUNTED = new RawBytes(true);

  private final boolean discard;

  private RawBytes(boolean discard) {
    this.discard = discard;
  }

  @Override
  public InputStream stream(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public byte[] parse(InputStream stream) {
    try {
      if (discard) {
        long left = stream.available();
        while (left > 0) {
          left -= stream.skip(left);
        }
        return new byte[0];
      }
      return stream.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
