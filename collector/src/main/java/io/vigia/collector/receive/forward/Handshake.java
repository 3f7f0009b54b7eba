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

  private final Forwarding.Security security;
  private final byte[] nonce = new byte[16];
  private boolean done;

  Handshake(Forwarding.Security security) {
    this.security = security;
    RANDOM.nextBytes(nonce);
  }

  /** Whether the sender may come in. */
  boolean done() {
    return done;
  }

  /** {@code ["HELO", {"nonce": bin, "auth": "", "keepalive": true}]}. */
  ByteBuf hello(ByteBufAllocator allocator) {
    ByteBuf out = allocator.buffer(64);
    out.writeByte(0x92);
    string(out, "HELO");
    out.writeByte(0x83);
    string(out, "nonce");
    out.writeByte(0xc4).writeByte(nonce.length).writeBytes(nonce);
    string(out, "auth");
    string(out, "");
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
    if (in.next() == Type.ARRAY && in.length() >= 4 && text(in, "PING")) {
      hostname = bytes(in);
      salt = bytes(in);
      byte[] digest = bytes(in);
      byte[] expected = digest(salt, hostname);
      done = MessageDigest.isEqual(expected, digest);
      reason = done ? "" : "shared_key mismatch";
    }
    ByteBuf out = allocator.buffer(256);
    out.writeByte(0x95);
    string(out, "PONG");
    out.writeByte(done ? 0xc3 : 0xc2);
    string(out, reason);
    string(out, done ? security.serverHostname() : "");
    byte[] serverHostname = security.serverHostname().getBytes(StandardCharsets.UTF_8);
    string(out, done ? new String(digest(salt, serverHostname), StandardCharsets.US_ASCII) : "");
    return out;
  }

  private byte[] digest(byte[] salt, byte[] hostname) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-512");
      sha.update(salt);
      sha.update(hostname);
      sha.update(nonce);
      sha.update(security.sharedKey().getBytes(StandardCharsets.UTF_8));
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
