package io.vigia.collector.export.forward;

import io.vigia.collector.export.FakeBackend;
import io.vigia.collector.export.FakeListener;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessageUnpacker;
import org.msgpack.value.ArrayValue;
import org.msgpack.value.Value;
import org.msgpack.value.ValueFactory;

/** A forward server made with msgpack-core, that asks for a key when it was given one. */
final class FakeForwarder implements FakeBackend {
  /** An event as it came. */
  record Event(String tag, Value time, Map<Value, Value> entries) {}

  private static final byte[] NONCE = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] AUTH = "fedcba9876543210".getBytes(StandardCharsets.US_ASCII);

  private final FakeListener server = new FakeListener("fake-forwarder", this::serve);
  private final Deque<Reply> script = new ArrayDeque<>(List.of(Reply.OK));
  final List<Event> events = new CopyOnWriteArrayList<>();
  final List<Map<Value, Value>> options = new CopyOnWriteArrayList<>();
  private volatile @Nullable String key;
  private volatile String answeredKey = "";
  private volatile @Nullable String password;

  /** Asks for this key, and proves to know {@code answered}; for the password when there is one. */
  void asksFor(String key, String answered, @Nullable String password) {
    this.key = key;
    this.answeredKey = answered;
    this.password = password;
  }

  private void serve(Socket socket) throws Exception {
    MessageUnpacker in = MessagePack.newDefaultUnpacker(socket.getInputStream());
    if (peek() == Reply.UNAUTHORIZED) {
      asksFor("another key", "another key", null);
    }
    String asked = key;
    if (asked != null && !shakeHands(socket, in, asked)) {
      return;
    }
    while (in.hasNext()) {
      ArrayValue message = in.unpackValue().asArrayValue();
      Map<Value, Value> option = message.get(2).asMapValue().map();
      take(message.get(0).asStringValue().asString(), message.get(1), option);
      options.add(option);
      Value chunk = option.get(ValueFactory.newString("chunk"));
      switch (next()) {
        case OK ->
            socket
                .getOutputStream()
                .write(packed(ValueFactory.newMap(ValueFactory.newString("ack"), chunk)));
        case GARBAGE ->
            socket
                .getOutputStream()
                .write("HTTP/1.1 400 No\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        case CUT -> {
          return;
        }
        default -> {} // silence
      }
    }
  }

  private boolean shakeHands(Socket socket, MessageUnpacker in, String asked) throws Exception {
    Value hello =
        ValueFactory.newArray(
            ValueFactory.newString("HELO"),
            ValueFactory.newMap(
                ValueFactory.newString("nonce"),
                ValueFactory.newBinary(NONCE),
                ValueFactory.newString("auth"),
                password == null ? ValueFactory.newString("") : ValueFactory.newBinary(AUTH),
                ValueFactory.newString("keepalive"),
                ValueFactory.newBoolean(true)));
    socket.getOutputStream().write(packed(hello));
    ArrayValue ping = in.unpackValue().asArrayValue();
    byte[] hostname = ping.get(1).asRawValue().asByteArray();
    byte[] salt = ping.get(2).asRawValue().asByteArray();
    boolean ok =
        ping.get(0).asStringValue().asString().equals("PING")
            && ping.size() == 6
            && ping.get(3)
                .asStringValue()
                .asString()
                .equals(sha512(salt, hostname, NONCE, ascii(asked)));
    String wanted = password;
    if (wanted != null) {
      byte[] user = ping.get(4).asRawValue().asByteArray();
      ok &= ping.get(5).asStringValue().asString().equals(sha512(AUTH, user, ascii(wanted)));
    }
    Value pong =
        ValueFactory.newArray(
            ValueFactory.newString("PONG"),
            ValueFactory.newBoolean(ok),
            ValueFactory.newString(ok ? "" : "shared_key mismatch"),
            ValueFactory.newString("fluentd"),
            ValueFactory.newString(sha512(salt, ascii("fluentd"), NONCE, ascii(answeredKey))));
    socket.getOutputStream().write(packed(pong));
    return ok;
  }

  private void take(String tag, Value packed, Map<Value, Value> option) throws IOException {
    InputStream bytes = new ByteArrayInputStream(packed.asRawValue().asByteArray());
    Value compressed = option.get(ValueFactory.newString("compressed"));
    if (compressed != null) {
      bytes = new GZIPInputStream(bytes);
    }
    List<Event> taken = new ArrayList<>();
    MessageUnpacker entries = MessagePack.newDefaultUnpacker(bytes);
    while (entries.hasNext()) {
      ArrayValue entry = entries.unpackValue().asArrayValue();
      taken.add(new Event(tag, entry.get(0), entry.get(1).asMapValue().map()));
    }
    events.addAll(taken);
  }

  private static byte[] packed(Value value) throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packValue(value);
      return packer.toByteArray();
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static String sha512(byte[]... parts) throws Exception {
    MessageDigest sha = MessageDigest.getInstance("SHA-512");
    for (byte[] part : parts) {
      sha.update(part);
    }
    return HexFormat.of().formatHex(sha.digest());
  }

  private synchronized Reply peek() {
    return script.element();
  }

  private synchronized Reply next() {
    return script.size() > 1 ? script.remove() : script.element();
  }

  @Override
  public String url() {
    return "http://127.0.0.1:" + server.port();
  }

  @Override
  public synchronized void replies(Reply... replies) {
    script.clear();
    script.addAll(List.of(replies));
  }

  @Override
  public int requests() {
    return options.size();
  }

  @Override
  public @Nullable String header(String name) {
    return null;
  }

  @Override
  public void close() {
    server.close();
  }
}
