package io.vigia.collector.export.forward;

import io.vigia.collector.net.FromFiles;
import io.vigia.collector.net.NetException;
import io.vigia.collector.net.NetException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server wants to know before it takes data: the shared key, and perhaps a user's password.
 * Read for each connection, again when the files changed. Thread-safe.
 */
public final class ForwardIdentity {
  private static final long INTERVAL_MILLIS = 5_000;

  private final FromFiles<Secrets> secrets;

  /** Who we say we are. */
  record Secrets(String sharedKey, String username, String password) {
    @Override
    public String toString() {
      return "Secrets[" + username + "]";
    }
  }

  private ForwardIdentity(FromFiles<Secrets> secrets) {
    this.secrets = secrets;
  }

  /**
   * @param sharedKeyFile holds the key; blanks around it do not count
   * @param username with {@code passwordFile}, or null for servers that ask for the key only
   */
  public static ForwardIdentity of(
      Path sharedKeyFile, @Nullable String username, @Nullable Path passwordFile) {
    List<Path> files =
        passwordFile == null ? List.of(sharedKeyFile) : List.of(sharedKeyFile, passwordFile);
    return new ForwardIdentity(
        new FromFiles<>(
            "the secrets in " + files,
            files,
            INTERVAL_MILLIS,
            contents ->
                new Secrets(
                    text(files.get(0), contents.get(0)),
                    username == null ? "" : username,
                    files.size() == 1 ? "" : text(files.get(1), contents.get(1)))));
  }

  private static String text(Path file, byte[] content) throws IOException {
    String text = new String(content, StandardCharsets.UTF_8).strip();
    if (text.isEmpty()) {
      throw new IOException("the file " + file + " is empty; write the secret into it");
    }
    return text;
  }

  Secrets secrets() throws NetException {
    try {
      return secrets.current();
    } catch (IOException e) {
      throw new NetException(
          Kind.SECRET, String.valueOf(e.getMessage()), "check sharedKeyFile and passwordFile");
    }
  }
}
