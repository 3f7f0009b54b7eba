package io.vigia.demo.classifier.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code GET} answers a fixed text. */
public final class TextServlet extends OneMethodServlet {
  private final int status;
  private final String text;

  public TextServlet(int status, String text) {
    super("GET");
    this.status = status;
    this.text = text;
  }

  @Override
  void answer(HttpServletRequest request, HttpServletResponse response) throws IOException {
    Answers.text(response, status, text);
  }
}
