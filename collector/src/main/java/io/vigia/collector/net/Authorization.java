package io.vigia.collector.net;

import io.vigia.collector.net.NetException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * The value of an {@code Authorization} header made from a secret in a file, which is read when it
 * is first needed and again when it changes. Thread-safe.
 */
public final class Authorization {
  private static final long INTERVAL_MILLIS = 5_000;

  private final FromFiles<String> value;

  private Authorization(Path file, UnaryOperator<String> scheme) {
    value =
        new FromFiles<>(
            "the secret in " + file,
            List.of(file),
            INTERVAL_MILLIS,
            contents -> scheme.apply(secret(file, contents.get(0))));
  }

  /** RFC 6750. */
  public static Authorization bearer(Path tokenFile) {
    return new Authorization(tokenFile, token -> "Bearer " + token);
  }

  /** Elasticsearch: an API key, encoded as Kibana shows it, or {@code id:api_key}. */
  public static Authorization apiKey(Path apiKeyFile) {
    return new Authorization(
        apiKeyFile, key -> "ApiKey " + (key.indexOf(':') < 0 ? key : base64(key)));
  }

  /** RFC 7617, UTF-8. */
  public static Authorization basic(String username, Path passwordFile) {
    return new Authorization(
        passwordFile, password -> "Basic " + base64(username + ":" + password));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * @throws NetException {@link Kind#SECRET} names the file
   */
  String header() throws NetException {
    try {
      return value.current();
    } catch (IOException e) {
      throw new NetException(Kind.SECRET, String.valueOf(e.getMessage()));
    }
  }

  /** Blanks around it do not count; a line end in the middle would be another header. */
  private static String secret(Path file, byte[] content) throws IOException {
    String secret = new String(content, StandardCharsets.UTF_8).strip();
    if (secret.isEmpty()) {
      throw new IOException("the file " + file + " is empty; write the secret into it");
    }
    if (secret.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
      throw new IOException("the file " + file + " must hold one line");
    }
    return secret;
  }
}
