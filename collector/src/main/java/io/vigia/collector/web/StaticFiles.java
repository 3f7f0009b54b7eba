package io.vigia.collector.web;

import io.vigia.collector.net.HttpHandler;
import io.vigia.collector.net.HttpRequest;
import io.vigia.collector.net.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The page's files, from the jar. Browsers ask each time whether a file changed ({@code ETag}), so
 * a new version of the collector shows a new page.
 */
final class StaticFiles implements HttpHandler {
  private static final Pattern SAFE = Pattern.compile("(/[a-zA-Z0-9_-][a-zA-Z0-9._-]*){1,4}");
  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "mjs", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml",
          "md", "text/plain; charset=utf-8",
          "LICENSE", "text/plain; charset=utf-8");

  private record File(byte[] content, String type, String tag) {}

  private final Map<String, File> loaded = new ConcurrentHashMap<>();

  @Override
  public HttpResponse handle(HttpRequest request) throws IOException {
    String path = request.path().equals("/") ? "/index.html" : request.path();
    File file = loaded.get(path);
    if (file == null) {
      file = load(path);
      if (file == null) {
        return HttpResponse.text(404, "nothing here");
      }
      loaded.put(path, file);
    }
    if (file.tag.equals(request.header("if-none-match"))) {
      return HttpResponse.of(304, file.type, new byte[0]).with("ETag", file.tag);
    }
    return HttpResponse.of(200, file.type, file.content)
        .with("ETag", file.tag)
        .with("Cache-Control", "no-cache");
  }

  private static @Nullable File load(String path) throws IOException {
    String type = TYPES.get(path.substring(path.lastIndexOf('.') + 1));
    if (type == null || !SAFE.matcher(path).matches()) {
      return null;
    }
    try (InputStream resource = StaticFiles.class.getResourceAsStream(path.substring(1))) {
      if (resource == null) {
        return null;
      }
      byte[] content = resource.readAllBytes();
      CRC32C sum = new CRC32C();
      sum.update(content);
      sum.update(type.getBytes(StandardCharsets.US_ASCII));
      return new File(content, type, "\"%x-%x\"".formatted(sum.getValue(), content.length));
    }
  }
}
