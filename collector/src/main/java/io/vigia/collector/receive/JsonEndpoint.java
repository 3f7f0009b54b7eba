package io.vigia.collector.receive;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Answers {@code GET} of one path with JSON, over HTTP/1.1 on a receiver's port. One for all
 * connections; thread-safe.
 */
public interface JsonEndpoint {
  /** Without a query; not encoded. */
  String path();

  /**
   * Called on an event loop, so it must not block: what takes longer (a file, a lock) is done by
   * another thread, which completes the answer. Until then the connection reads no more.
   *
   * @param parameters of the query, decoded
   * @return when it fails, the connection is closed
   */
  CompletionStage<Answer> answer(Map<String, List<String>> parameters);

  /**
   * What is answered.
   *
   * @param json an object
   */
  record Answer(HttpResponseStatus status, String json) {}

  /** The value of a parameter that is there once, or an empty string. */
  static String one(Map<String, List<String>> parameters, String name) {
    List<String> values = parameters.getOrDefault(name, List.of());
    return values.size() == 1 ? values.get(0) : "";
  }
}
