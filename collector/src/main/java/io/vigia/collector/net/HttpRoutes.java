package io.vigia.collector.net;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Map.Entry;
import java.util.Set;
import java.util.TreeSet;

/** Finds the handler of a path. Immutable after the server's builder is done with it. */
final class HttpRoutes {
  private final Map<String, Map<String, HttpHandler>> exact = new LinkedHashMap<>();
  private final Map<String, Map<String, HttpHandler>> prefixes = new LinkedHashMap<>();
  private final Set<String> atOnce = new HashSet<>();

  void add(String method, String path, HttpHandler handler) {
    boolean prefix = path.endsWith("/*");
    String key = prefix ? path.substring(0, path.length() - 1) : path;
    if ((prefix ? prefixes : exact)
            .computeIfAbsent(key, k -> new LinkedHashMap<>())
            .putIfAbsent(method, handler)
        != null) {
      throw new IllegalArgumentException("route given twice: " + method + " " + path);
    }
  }

  /** The handlers of this path never wait. */
  void atOnce(String path) {
    atOnce.add(path);
  }

  boolean isAtOnce(String path) {
    return atOnce.contains(path);
  }

  HttpResponse handle(HttpRequest request) throws Exception {
    Map<String, HttpHandler> byMethod = exact.get(request.path());
    int longest = -1;
    if (byMethod == null) {
      for (Entry<String, Map<String, HttpHandler>> entry : prefixes.entrySet()) {
        if (entry.getKey().length() > longest && request.path().startsWith(entry.getKey())) {
          longest = entry.getKey().length();
          byMethod = entry.getValue();
        }
      }
    }
    if (byMethod == null) {
      return HttpResponse.text(404, "nothing here: " + request.path());
    }
    String method = request.method().equals("HEAD") ? "GET" : request.method();
    HttpHandler handler = byMethod.get(method);
    if (handler == null) {
      String allow = String.join(", ", new TreeSet<>(byMethod.keySet()));
      return HttpResponse.text(405, "only " + allow).with("Allow", allow);
    }
    return handler.handle(request);
  }
}
