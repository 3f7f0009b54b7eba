package io.vigia.agent.it;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;
import org.msgpack.value.ExtensionValue;
import org.msgpack.value.MapValue;
import org.msgpack.value.Value;

/** Reads PackedForward with msgpack-core, keeps the records, acknowledges chunks. */
final class ForwardReceiver implements AutoCloseable {

  /** Whether chunks are taken; one that is not is neither kept nor acknowledged. */
  volatile boolean acknowledging = true;

  private final ServerSocket server;
  private final List<Map<String, Object>> records = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  ForwardReceiver(int port, ExecutorService threads) throws IOException {
    server = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    threads.execute(
        () -> {
          while (!server.isClosed()) {
            try {
              Socket socket = server.accept();
              sockets.add(socket);
              threads.execute(() -> serve(socket));
            } catch (IOException closed) {
              return;
            }
          }
        });
  }

  int port() {
    return server.getLocalPort();
  }

  /** Each record with {@code tag}, {@code epochSecond} and {@code nano} added. */
  List<Map<String, Object>> records() {
    return records;
  }

  private void serve(Socket socket) {
    try (socket) {
      MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(socket.getInputStream());
      OutputStream out = socket.getOutputStream();
      while (unpacker.hasNext()) {
        ArrayValue message = unpacker.unpackValue().asArrayValue();
        if (!acknowledging) {
          continue;
        }
        String tag = message.get(0).asStringValue().asString();
        try (MessageUnpacker entries =
            MessagePack.newDefaultUnpacker(message.get(1).asRawValue().asByteArray())) {
          while (entries.hasNext()) {
            records.add(record(tag, entries.unpackValue().asArrayValue()));
          }
        }
        Map<String, Object> options = map(message.get(2).asMapValue());
        try (MessageBufferPacker ack = MessagePack.newDefaultBufferPacker()) {
          ack.packMapHeader(1).packString("ack").packString((String) options.get("chunk"));
          out.write(ack.toByteArray());
          out.flush();
        }
      }
    } catch (IOException gone) {
      // the client, or the test, ended
    }
  }

  private static Map<String, Object> record(String tag, ArrayValue entry) {
    ExtensionValue time = entry.get(0).asExtensionValue();
    byte[] bytes = time.getData();
    Map<String, Object> record = map(entry.get(1).asMapValue());
    record.put("tag", tag);
    record.put("epochSecond", Integer.toUnsignedLong(integer(bytes, 0)));
    record.put("nano", Integer.toUnsignedLong(integer(bytes, 4)));
    return record;
  }

  private static int integer(byte[] bytes, int at) {
    return java.nio.ByteBuffer.wrap(bytes).getInt(at);
  }

  private static Map<String, Object> map(MapValue value) {
    Map<String, Object> map = new HashMap<>();
    value.map().forEach((key, element) -> map.put(key.asStringValue().asString(), java(element)));
    return map;
  }

  private static Object java(Value value) {
    if (value.isMapValue()) {
      return map(value.asMapValue());
    }
    if (value.isStringValue()) {
      return value.asStringValue().asString();
    }
    if (value.isIntegerValue()) {
      return value.asIntegerValue().toLong();
    }
    return value.toJson();
  }

  @Override
  public void close() {
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
