package io.vigia.demo.classifier.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** One way of answering: a short text, UTF-8, never cached. */
final class Answers {
  private Answers() {}

  static void text(HttpServletResponse response, int status, String text) throws IOException {
    bytes(response, status, "text/plain;charset=utf-8", text.getBytes(StandardCharsets.UTF_8));
  }

  static void bytes(HttpServletResponse response, int status, String type, byte[] body)
      throws IOException {
    response.setStatus(status);
    response.setContentType(type);
    response.setHeader("Cache-Control", "no-store");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setContentLength(body.length);
    response.getOutputStream().write(body);
  }
}
