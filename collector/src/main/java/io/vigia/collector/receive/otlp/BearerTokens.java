package io.vigia.collector.receive.otlp;

import io.vigia.collector.net.FromFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may send: a token in each line of a file, any of which opens the door, so that they can be
 * rotated. Source: RFC 6750, section 2.1.
 */
public final class BearerTokens {
  private static final long INTERVAL_MILLIS = 5_000;
  private static final String SCHEME = "bearer ";

  private final FromFiles<List<byte[]>> tokens;

  private BearerTokens(FromFiles<List<byte[]>> tokens) {
    this.tokens = tokens;
  }

  /**
   * @param name of the setting, for messages
   * @throws IOException names the file and the remedy in one line
   */
  public static BearerTokens load(String name, Path file) throws IOException {
    FromFiles<List<byte[]>> tokens =
        new FromFiles<>(
            name, List.of(file), INTERVAL_MILLIS, contents -> parse(file, contents.get(0)));
    tokens.load();
    return new BearerTokens(tokens);
  }

  private static List<byte[]> parse(Path file, byte[] content) throws IOException {
    List<byte[]> tokens =
        new String(content, StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .map(line -> line.getBytes(StandardCharsets.UTF_8))
            .toList();
    if (tokens.isEmpty()) {
      throw new IOException(file + " is empty; write a token into it, one a line");
    }
    return tokens;
  }

  /** Whether the value of an {@code authorization} header holds a token. */
  boolean admit(@Nullable CharSequence authorization) {
    if (authorization == null
        || authorization.length() <= SCHEME.length()
        || !authorization.toString().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given =
        authorization
            .toString()
            .substring(SCHEME.length())
            .strip()
            .getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (byte[] token : tokens.get()) {
      found |= MessageDigest.isEqual(token, given);
    }
    return found;
  }
}
