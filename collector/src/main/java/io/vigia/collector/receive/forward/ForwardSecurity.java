package io.vigia.collector.receive.forward;

import io.vigia.collector.net.FromFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who may send over the forward protocol: whoever knows the shared key, and, when there are users,
 * a name and its password. Files are read again when they change.
 */
public final class ForwardSecurity {
  private static final long INTERVAL_MILLIS = 5_000;

  private final FromFiles<Secrets> secrets;
  private final String hostname;

  /**
   * @param users password by name; empty = only the key counts
   */
  record Secrets(String sharedKey, Map<String, String> users) {
    @Override
    public String toString() {
      return "Secrets[" + users.size() + " users]";
    }
  }

  private ForwardSecurity(FromFiles<Secrets> secrets, String hostname) {
    this.secrets = secrets;
    this.hostname = hostname;
  }

  /**
   * @param name of the setting, for messages
   * @param sharedKeyFile holds the key, blanks around it do not count
   * @param usersFile holds {@code name:password} lines, or null
   * @param hostname what the collector calls itself; a sender may insist that it differs from its
   *     own
   * @throws IOException names the file and the remedy in one line
   */
  public static ForwardSecurity load(
      String name, Path sharedKeyFile, @Nullable Path usersFile, String hostname)
      throws IOException {
    List<Path> files = new ArrayList<>(List.of(sharedKeyFile));
    if (usersFile != null) {
      files.add(usersFile);
    }
    FromFiles<Secrets> secrets =
        new FromFiles<>(name, files, INTERVAL_MILLIS, contents -> parse(files, contents));
    secrets.load();
    return new ForwardSecurity(secrets, hostname);
  }

  private static Secrets parse(List<Path> files, List<byte[]> contents) throws IOException {
    String key = new String(contents.get(0), StandardCharsets.UTF_8).strip();
    if (key.isEmpty()) {
      throw new IOException(files.get(0) + " is empty; write the shared key into it");
    }
    Map<String, String> users = new LinkedHashMap<>();
    if (files.size() > 1) {
      for (String line : new String(contents.get(1), StandardCharsets.UTF_8).lines().toList()) {
        int colon = line.indexOf(':');
        if (!line.isBlank() && colon < 1) {
          throw new IOException(files.get(1) + ": each line must be name:password");
        }
        if (!line.isBlank()) {
          users.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
        }
      }
      if (users.isEmpty()) {
        throw new IOException(files.get(1) + " is empty; write name:password lines into it");
      }
    }
    return new Secrets(key, users);
  }

  Secrets secrets() {
    return secrets.get();
  }

  String hostname() {
    return hostname;
  }
}
