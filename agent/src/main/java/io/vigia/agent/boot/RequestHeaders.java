package io.vigia.agent.boot;

import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Headers for every request to the collector: {@code otel.exporter.otlp.headers} and the bearer
 * token of {@code vigia.token.file}, which is read again when the file changes. Thread-safe.
 */
public final class RequestHeaders {

  private static final long MAX_TOKEN_BYTES = 64 << 10;

  /** Files that were said to have none; there is an object of this class for each use. */
  private static final Set<Path> SAID = ConcurrentHashMap.newKeySet();

  private final @Nullable Path tokenFile;
  private final Map<String, String> fixed;
  private long stamp = Long.MIN_VALUE;
  private @Nullable String token;

  RequestHeaders(@Nullable Path tokenFile, Map<String, String> fixed) {
    this.tokenFile = tokenFile;
    this.fixed = fixed;
  }

  /** What this process's properties and environment say. */
  public static RequestHeaders find() {
    String file = Setting.TOKEN_FILE.value();
    return new RequestHeaders(
        file == null ? null : Paths.get(file),
        parse(UpstreamSetting.value("otel.exporter.otlp.headers")));
  }

  /** The same for one signal, whose own headers are instead of the common ones. */
  static RequestHeaders find(String signal) {
    String own = UpstreamSetting.value("otel.exporter.otlp." + signal + ".headers");
    return own == null
        ? find()
        : new RequestHeaders(areAnothers(signal) ? null : find().tokenFile, parse(own));
  }

  /**
   * Whether a signal has an address of its own, and headers for it: those of somebody else than the
   * collector that the token is for.
   */
  private static boolean areAnothers(String signal) {
    String own = "otel.exporter.otlp." + signal;
    return UpstreamSetting.value(own + ".endpoint") != null
        && UpstreamSetting.value(own + ".headers") != null;
  }

  /** W3C Baggage form: {@code name=value,name=value}, values percent-encoded. */
  static Map<String, String> parse(@Nullable String list) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String pair : list == null ? new String[0] : list.split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        headers.put(pair.substring(0, equals).trim(), decoded(pair.substring(equals + 1).trim()));
      }
    }
    return headers;
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value.replace("+", "%2B"), "UTF-8");
    } catch (UnsupportedEncodingException | IllegalArgumentException e) {
      return value;
    }
  }

  /** Name → value; a copy. */
  public Map<String, String> current() {
    Map<String, String> headers = new LinkedHashMap<>(fixed);
    String bearer = token();
    if (bearer != null) {
      headers.keySet().removeIf("authorization"::equalsIgnoreCase); // two are an error
      headers.put("Authorization", "Bearer " + bearer);
    }
    return headers;
  }

  /**
   * What an exporter was given; a copy.
   *
   * @param withToken whether the token, if there is one, takes the place of its own
   */
  public Map<String, List<String>> over(
      @Nullable Map<String, List<String>> given, boolean withToken) {
    Map<String, List<String>> headers = new HashMap<>();
    if (given != null) {
      headers.putAll(given);
    }
    String bearer = withToken ? token() : null;
    if (bearer != null) {
      headers.keySet().removeIf("authorization"::equalsIgnoreCase);
      headers.put("Authorization", Collections.singletonList("Bearer " + bearer));
    }
    return headers;
  }

  /** The token alone, or {@code null}; that of before while the file is being replaced. */
  public synchronized @Nullable String token() {
    if (tokenFile == null) {
      return null;
    }
    String problem = null;
    try {
      long now = Files.getLastModifiedTime(tokenFile).toMillis() * 31 + Files.size(tokenFile);
      if (now != stamp) {
        String read =
            Files.size(tokenFile) > MAX_TOKEN_BYTES
                ? ""
                : new String(Files.readAllBytes(tokenFile), StandardCharsets.US_ASCII).trim();
        // a line break would be another header
        if (!read.isEmpty() && read.indexOf('\n') < 0 && read.indexOf('\r') < 0) {
          token = read;
          stamp = now;
        } else {
          problem = "it has not one line";
        }
      }
    } catch (IOException e) {
      problem = e.toString(); // the token of before may still be good
    }
    if (problem != null && token == null && SAID.add(tokenFile)) {
      Console.say(
          Setting.TOKEN_FILE.property() + ": " + problem + "; no token is sent until there is one");
    }
    return token;
  }
}
