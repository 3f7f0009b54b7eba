package io.vigia.collector.receive.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.vigia.collector.receive.forward.MsgPackReader.Type;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * HELO, PING, PONG with a shared key. Salts are bytes, even where they come as MessagePack strings.
 * Source: Forward Protocol Specification v1, "Handshake Messages".
 */
final class Handshake {
  private static final SecureRandom RANDOM = new SecureRandom();

  private final ForwardSecurity security;
  private final ForwardSecurity.Secrets secrets;
  private final byte[] nonce = new byte[16];

  /** Salt of passwords; empty when no password is asked for. */
  private final byte[] auth;

  private boolean done;

  Handshake(ForwardSecurity security) {
    this.security = security;
    secrets = security.secrets();
    auth = new byte[secrets.users().isEmpty() ? 0 : 16];
    RANDOM.nextBytes(nonce);
    RANDOM.nextBytes(auth);
  }

  /** Whether the sender may come in. */
  boolean done() {
    return done;
  }

  /** {@code ["HELO", {"nonce": bin, "auth": bin or "", "keepalive": true}]}. */
  ByteBuf hello(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(64);
    out.writeByte(0x92);
    string(out, "HELO");
    out.writeByte(0x83);
    string(out, "nonce");
    out.writeByte(0xc4).writeByte(nonce.length).writeBytes(nonce);
    string(out, "auth");
    if (auth.length == 0) {
      string(out, "");
    } else {
      out.writeByte(0xc4).writeByte(auth.length).writeBytes(auth);
    }
    string(out, "keepalive");
    out.writeByte(0xc3);
    return out;
  }

  /**
   * Judges {@code ["PING", hostname, salt, hex digest, user, password digest]}.
   *
   * @return {@code ["PONG", ok, reason, hostname, hex digest]}
   */
  ByteBuf answer(ByteBufAllocator allocator, byte[] array, int to) {
    MsgPackReader in = new MsgPackReader().reset(array, 0, to);
    byte[] hostname = {};
    byte[] salt = {};
    String reason = "not a PING";
    if (in.next() == Type.ARRAY && in.length() == 6 && text(in, "PING")) {
      hostname = bytes(in);
      salt = bytes(in);
      byte[] digest = bytes(in);
      if (!MessageDigest.isEqual(digest(salt, hostname), digest)) {
        reason = "shared_key mismatch";
      } else if (!known(bytes(in), bytes(in))) {
        reason = "username/password mismatch";
      } else {
        reason = "";
        done = true;
      }
    }
    ByteBuf out = allocator.buffer(256);
    out.writeByte(0x95);
    string(out, "PONG");
    out.writeByte(done ? 0xc3 : 0xc2);
    string(out, reason);
    string(out, done ? security.hostname() : "");
    byte[] serverHostname = security.hostname().getBytes(StandardCharsets.UTF_8);
    string(out, done ? new String(digest(salt, serverHostname), StandardCharsets.US_ASCII) : "");
    return out;
  }

  private boolean known(byte[] user, byte[] passwordDigest) {
    if (secrets.users().isEmpty()) {
      return true;
    }
    String password = secrets.users().get(new String(user, StandardCharsets.UTF_8));
    byte[] expected =
        sha512(auth, user, (password == null ? "" : password).getBytes(StandardCharsets.UTF_8));
    return MessageDigest.isEqual(expected, passwordDigest) && password != null;
  }

  private byte[] digest(byte[] salt, byte[] hostname) {
    return sha512(salt, hostname, nonce, secrets.sharedKey().getBytes(StandardCharsets.UTF_8));
  }

  private static byte[] sha512(byte[]... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-512");
      for (byte[] part : parts) {
        sha.update(part);
      }
      return HexFormat.of().formatHex(sha.digest()).getBytes(StandardCharsets.US_ASCII);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }

  private static boolean text(MsgPackReader in, String expected) {
    return Arrays.equals(bytes(in), expected.getBytes(StandardCharsets.US_ASCII));
  }

  private static byte[] bytes(MsgPackReader in) {
    in.next();
    if (in.isText()) {
      return Arrays.copyOfRange(in.array(), in.offset(), in.offset() + in.length());
    }
    in.skipRest();
    return new byte[0];
  }

  private static void string(ByteBuf out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeByte(0xd9).writeByte(bytes.length).writeBytes(bytes);
  }
}
