package io.vigia.collector.export.forward;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of HELO, PING, PONG. Source: Forward Protocol Specification v1, "Handshake
 * Messages".
 */
final class Handshake {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** What we call ourselves; a server may insist that it is called otherwise. */
  private static final byte[] HOSTNAME = "vigia-collector".getBytes(StandardCharsets.US_ASCII);

  private final ForwardIdentity.Secrets secrets;
  private final byte[] salt = new byte[16];
  private byte[] nonce = {};

  Handshake(ForwardIdentity.Secrets secrets) {
    this.secrets = secrets;
    RANDOM.nextBytes(salt);
  }

  static boolean isHello(@Nullable Object value) {
    return value instanceof List<?> list
        && list.size() == 2
        && MsgPackValue.text(list.get(0)).equals("HELO");
  }

  /** {@code ["PING", hostname, salt, digest, user, password digest]}. */
  byte[] ping(Object hello) {
    Object second = ((List<?>) hello).get(1);
    Map<?, ?> options = second instanceof Map<?, ?> map ? map : Map.of();
    nonce = MsgPackValue.bytes(options.get("nonce"));
    byte[] auth = MsgPackValue.bytes(options.get("auth"));
    byte[] user = utf8(secrets.username());
    MsgPackWriter out = new MsgPackWriter(512);
    out.array(6);
    out.string("PING");
    out.string(HOSTNAME, 0, HOSTNAME.length);
    out.binary(salt, 0, salt.length);
    out.string(sha512(salt, HOSTNAME, nonce, utf8(secrets.sharedKey())));
    out.string(secrets.username());
    out.string(auth.length == 0 ? "" : sha512(auth, user, utf8(secrets.password())));
    return out.toByteArray();
  }

  /**
   * Judges {@code ["PONG", ok, reason, hostname, digest]}.
   *
   * @return what is wrong, or null when we are in, and the server knows the key too
   */
  @Nullable String judge(@Nullable Object pong) {
    if (!(pong instanceof List<?> list)
        || list.size() != 5
        || !MsgPackValue.text(list.get(0)).equals("PONG")) {
      return "its answer to the handshake is no PONG";
    }
    if (!Boolean.TRUE.equals(list.get(1))) {
      return "it refused us: " + MsgPackValue.text(list.get(2));
    }
    String expected =
        sha512(salt, MsgPackValue.bytes(list.get(3)), nonce, utf8(secrets.sharedKey()));
    return MessageDigest.isEqual(utf8(expected), MsgPackValue.bytes(list.get(4)))
        ? null
        : "it does not know the shared key itself";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String sha512(byte[]... parts) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-512");
      for (byte[] part : parts) {
        sha.update(part);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-512", e);
    }
  }
}
