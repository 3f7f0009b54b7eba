package io.vigia.collector.config;

import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a destination is talked to. Files are read at first use and again when they change.
 *
 * @param headers sent with every request
 * @param tokenFile a bearer token, or null
 * @param apiKeyFile Elasticsearch's encoded API key, or null
 * @param username basic authentication, with {@code passwordFile}
 * @param timeoutMillis of one request
 */
public record ClientConfig(
    Map<String, String> headers,
    @Nullable Tls tls,
    @Nullable Path tokenFile,
    @Nullable Path apiKeyFile,
    @Nullable String username,
    @Nullable Path passwordFile,
    int timeoutMillis) {
  /** Header names that belong to the protocols. */
  private static final List<String> OURS =
      List.of(
          "connection",
          "content-encoding",
          "content-length",
          "content-type",
          "host",
          "te",
          "transfer-encoding",
          "user-agent");

  public ClientConfig {
    headers = Map.copyOf(headers);
  }

  /**
   * Files in PEM.
   *
   * @param ca null = the JDK's authorities
   * @param serverName null = the address's
   * @param insecure take any certificate
   */
  public record Tls(
      @Nullable Path ca,
      @Nullable Path cert,
      @Nullable Path key,
      @Nullable String serverName,
      boolean insecure) {}

  /** Without the values of headers, which may be secrets. */
  @Override
  public String toString() {
    return "ClientConfig[headers=" + headers.keySet() + "]";
  }

  /**
   * @param urls where the destination is
   * @param apiKeys whether the destination has them
   * @param timeoutMillis unless told otherwise
   */
  static ClientConfig read(Section section, List<URI> urls, boolean apiKeys, long timeoutMillis)
      throws ConfigException {
    Map<String, String> headers = headers(section.section("headers"));
    Tls tls = tls(section, urls);
    Path tokenFile = section.path("tokenFile", null);
    Path apiKeyFile = apiKeys ? section.path("apiKeyFile", null) : null;
    String username = section.string("username");
    Path passwordFile = section.path("passwordFile", null);
    if ((username == null) != (passwordFile == null)) {
      throw new ConfigException(
          section.at(username == null ? "passwordFile" : "username"),
          "give username and passwordFile together");
    }
    int ways = 0;
    ways += tokenFile != null ? 1 : 0;
    ways += apiKeyFile != null ? 1 : 0;
    ways += username != null ? 1 : 0;
    ways += headers.keySet().stream().anyMatch("authorization"::equalsIgnoreCase) ? 1 : 0;
    ways += urls.stream().anyMatch(url -> url.getUserInfo() != null) ? 1 : 0;
    if (ways > 1) {
      throw new ConfigException(
          section.where(),
          "says in more than one way who we are; keep one of tokenFile, "
              + (apiKeys ? "apiKeyFile, " : "")
              + "username and passwordFile, headers.authorization, user:password in the address");
    }
    int millis = timeoutMillis(section, timeoutMillis);
    return new ClientConfig(headers, tls, tokenFile, apiKeyFile, username, passwordFile, millis);
  }

  static int timeoutMillis(Section section, long otherwise) throws ConfigException {
    long millis = section.durationMillis("timeout", otherwise);
    if (millis < 100 || millis > 600_000) {
      throw new ConfigException(section.at("timeout"), "must be from 100ms to 10m");
    }
    return (int) millis;
  }

  private static Map<String, String> headers(Section section) throws ConfigException {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String name : List.copyOf(section.keys())) {
      String value = section.string(name, "");
      if (!name.matches("[A-Za-z0-9!#$%&'*+.^_`|~-]+")
          || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
        throw new ConfigException(section.at(name), "no HTTP header; use printable ASCII");
      }
      if (OURS.stream().anyMatch(name::equalsIgnoreCase)) {
        throw new ConfigException(section.at(name), "belongs to the protocol; remove it");
      }
      headers.put(name, value);
    }
    return headers;
  }

  static @Nullable Tls tls(Section section, List<URI> urls) throws ConfigException {
    if (!section.has("tls")) {
      return null;
    }
    Section tls = section.section("tls");
    Path cert = tls.path("cert", null);
    Path key = tls.path("key", null);
    if ((cert == null) != (key == null)) {
      throw new ConfigException(
          tls.at(cert == null ? "key" : "cert"), "give cert and key together");
    }
    if (!urls.isEmpty() && urls.stream().noneMatch(url -> "https".equals(url.getScheme()))) {
      throw new ConfigException(tls.where(), "needs an address with https://");
    }
    Path ca = tls.path("ca", null);
    boolean insecure = tls.flag("insecure", false);
    if (insecure && ca != null) {
      throw new ConfigException(
          tls.at("insecure"), "any certificate is taken, whatever ca says; remove one of the two");
    }
    Tls read = new Tls(ca, cert, key, tls.string("serverName"), insecure);
    tls.finish();
    return read;
  }
}
