package io.vigia.collector.net;

/** Answers one request. Called on a worker thread: it may block. Thread-safe. */
@FunctionalInterface
public interface HttpHandler {
  /**
   * @throws HttpStatusException to answer with that status and a one-line text
   * @throws Exception anything else is logged and answered with 500
   */
  HttpResponse handle(HttpRequest request) throws Exception;
}
