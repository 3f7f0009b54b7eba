package io.vigia.collector.receive.forward;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** Speaks forward with msgpack-core. */
final class ForwardClient implements AutoCloseable {
  final Socket socket;
  private final MessageUnpacker in;

  ForwardClient(InetSocketAddress address) throws IOException {
    socket = new Socket();
    socket.connect(address, 5000);
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
    in = MessagePack.newDefaultUnpacker(socket.getInputStream());
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  void send(Value message) throws IOException {
    send(bytes(message));
  }

  /** The next value the server sends. */
  Value read() throws IOException {
    return in.unpackValue();
  }

  String ack() throws IOException {
    return get(read(), "ack").asStringValue().asString();
  }

  static Value get(Value map, String key) {
    return java.util.Objects.requireNonNull(map.asMapValue().map().get(str(key)), key);
  }

  /** Whether the server closed the connection. */
  boolean closed() throws IOException {
    InputStream stream = socket.getInputStream();
    return stream.read() < 0;
  }

  static byte[] bytes(Value value) throws IOException {
    MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
    packer.packValue(value);
    return packer.toByteArray();
  }

  static Value str(String text) {
    return ValueFactory.newString(text);
  }

  static Value map(Object... pairs) {
    ValueFactory.MapBuilder builder = ValueFactory.newMapBuilder();
    for (int i = 0; i < pairs.length; i += 2) {
      builder.put(str((String) pairs[i]), value(pairs[i + 1]));
    }
    return builder.build();
  }

  static Value value(Object object) {
    if (object instanceof Value value) {
      return value;
    }
    if (object instanceof Integer number) {
      return ValueFactory.newInteger(number);
    }
    return str((String) object);
  }

  static Value array(Value... values) {
    return ValueFactory.newArray(values);
  }

  static byte[] entries(List<Value> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Value entry : entries) {
      bytes.write(bytes(entry));
    }
    return bytes.toByteArray();
  }

  static byte[] gzip(byte[]... members) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] member : members) {
      try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
        gzip.write(member);
      }
    }
    return bytes.toByteArray();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
