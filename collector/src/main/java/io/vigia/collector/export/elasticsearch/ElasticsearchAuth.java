package io.vigia.collector.export.elasticsearch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * Who we are to Elasticsearch. Secrets are files, read again for each use: a rotated one needs no
 * restart.
 *
 * @param username with {@code passwordFile}: basic authentication
 * @param apiKeyFile the encoded form of an API key
 */
record ElasticsearchAuth(
    @Nullable String username, @Nullable Path passwordFile, @Nullable Path apiKeyFile) {
  static final ElasticsearchAuth NONE = new ElasticsearchAuth(null, null, null);

  /** Value of the {@code Authorization} header, or null. */
  @Nullable String header() throws IOException {
    if (apiKeyFile != null) {
      return "ApiKey " + Files.readString(apiKeyFile).strip();
    }
    if (username != null && passwordFile != null) {
      String pair = username + ":" + Files.readString(passwordFile).strip();
      return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }
    return null;
  }
}
