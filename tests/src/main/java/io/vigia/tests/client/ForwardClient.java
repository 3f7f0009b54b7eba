package io.vigia.tests.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessageInsufficientBufferException;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.Value;

/**
 * A Fluentd forward sender on msgpack-core: Forward mode with EventTime, acknowledged. One
 * connection, one chunk at a time; not thread-safe.
 *
 * <p>Source: Forward Protocol Specification v1, sections "Forward Mode", "EventTime Ext Format",
 * "Response".
 */
public final class ForwardClient implements AutoCloseable {
  private final Socket socket;
  private final OutputStream out;
  private final MessageUnpacker in;

  public ForwardClient(int port, int ackTimeoutMillis) throws IOException {
    socket = new Socket();
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 5_000);
      socket.setSoTimeout(ackTimeoutMillis);
      socket.setTcpNoDelay(true);
      out = new BufferedOutputStream(socket.getOutputStream(), 1 << 16);
      in = MessagePack.newDefaultUnpacker(socket.getInputStream());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * Sends one chunk and waits for its acknowledgement.
   *
   * @throws IOException when no acknowledgement of exactly this chunk came in time
   */
  public void send(String tag, String chunk, List<Map<String, String>> events) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(3).packString(tag).packArrayHeader(events.size());
      long now = System.currentTimeMillis();
      for (Map<String, String> event : events) {
        packer.packArrayHeader(2);
        packEventTime(packer, now);
        packer.packMapHeader(event.size());
        for (Map.Entry<String, String> field : event.entrySet()) {
          packer.packString(field.getKey()).packString(field.getValue());
        }
      }
      packer.packMapHeader(1).packString("chunk").packString(chunk);
      sendRaw(packer.toByteArray());
    }
    Value answer = answer();
    String expected = "{\"ack\":\"" + chunk + "\"}";
    if (!answer.toJson().equals(expected)) {
      throw new IOException("expected " + expected + ", got " + answer.toJson());
    }
  }

  private Value answer() throws IOException {
    try {
      return in.unpackValue();
    } catch (MessageInsufficientBufferException e) {
      throw new IOException("the connection was closed without an acknowledgement", e);
    }
  }

  /** Sends bytes as they are. */
  public void sendRaw(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** Whether the other side closes the connection within the time-out. */
  public boolean closedByPeer() throws IOException {
    try {
      return !in.hasNext();
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.net.SocketException e) {
      return true;
    } catch (MessageInsufficientBufferException e) {
      return true;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static void packEventTime(MessagePacker packer, long unixMillis) throws IOException {
    long seconds = unixMillis / 1000;
    int nanos = (int) (unixMillis % 1000) * 1_000_000;
    packer.packExtensionTypeHeader((byte) 0, 8);
    java.nio.ByteBuffer time = java.nio.ByteBuffer.allocate(8);
    time.putInt((int) seconds).putInt(nanos);
    packer.writePayload(time.array());
  }
}
