package io.vigia.tests.client;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * HTTP/2 frames by hand, for clients that no library would let misbehave so. Not thread-safe.
 *
 * <p>Source: RFC 9113, sections 3.4, 4.1, 6; header fields as literals without indexing, RFC 7541,
 * section 6.2.2.
 */
public final class RawHttp2 implements AutoCloseable {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int MAX_FRAME_BYTES = 16384;

  private final Socket socket = new Socket();
  private final OutputStream out;
  private final DataInputStream in;
  private int nextStream = 1;

  /** One frame. */
  public record Frame(int type, int flags, int stream, byte[] payload) {
    /** The error code of GOAWAY or RST_STREAM. */
    public int errorCode() {
      return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
    }
  }

  /** Connects and says the preface, with default settings. */
  public RawHttp2(int port, int timeoutMillis) throws IOException {
    try {
      socket.connect(new InetSocketAddress("127.0.0.1", port), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      out = socket.getOutputStream();
      in = new DataInputStream(socket.getInputStream());
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      frame(SETTINGS, 0, 0, new byte[0]);
      frame(SETTINGS, ACK, 0, new byte[0]); // theirs, whatever they are: larger windows count now
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Begins a gRPC call; returns its stream. */
  public int beginGrpc(String path) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    field(block, ":method", "POST");
    field(block, ":scheme", "http");
    field(block, ":path", path);
    field(block, ":authority", "localhost");
    for (Map.Entry<String, String> header :
        Map.of("content-type", "application/grpc", "te", "trailers").entrySet()) {
      field(block, header.getKey(), header.getValue());
    }
    int stream = nextStream;
    nextStream += 2;
    frame(HEADERS, END_HEADERS, stream, block.toByteArray());
    return stream;
  }

  /** Sends a part of a message, minding no window. */
  public void data(int stream, byte[] bytes) throws IOException {
    for (int at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
      int length = Math.min(MAX_FRAME_BYTES, bytes.length - at);
      byte[] part = new byte[length];
      System.arraycopy(bytes, at, part, 0, length);
      frame(DATA, 0, stream, part);
    }
  }

  /** The first bytes of a gRPC message that claims to be of this length. */
  public static byte[] claim(int messageBytes, int sentBytes) {
    return ByteBuffer.allocate(5 + sentBytes).put((byte) 0).putInt(messageBytes).array();
  }

  public void reset(int stream) throws IOException {
    frame(RST_STREAM, 0, stream, new byte[] {0, 0, 0, 8}); // CANCEL
  }

  public void ping() throws IOException {
    frame(PING, 0, 0, new byte[8]);
  }

  public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    frame.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    out.write(frame.array());
  }

  public Frame read() throws IOException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & 0x7fff_ffff;
    return new Frame(type, flags, stream, in.readNBytes(length));
  }

  /**
   * The next frame of a type, others are passed over.
   *
   * @throws EOFException when the connection ends before
   */
  public Frame await(int type) throws IOException {
    while (true) {
      Frame frame = read();
      if (frame.type() == type && !(type == SETTINGS && frame.flags() == ACK)) {
        return frame;
      }
    }
  }

  /** Reads on until the other side closes the connection. */
  public void awaitEnd() throws IOException {
    try {
      while (true) {
        read();
      }
    } catch (EOFException | SocketException end) {
      // as awaited
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private static void field(ByteArrayOutputStream block, String name, String value) {
    block.write(0);
    string(block, name);
    string(block, value);
  }

  private static void string(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    if (bytes.length >= 127) {
      throw new IllegalArgumentException("longer than a one-byte length: " + text);
    }
    block.write(bytes.length);
    block.writeBytes(bytes);
  }
}
