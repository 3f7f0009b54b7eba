package io.vigia.demo.classifier.web;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers one method, and any other with a 405 that names it. */
abstract class OneMethodServlet extends HttpServlet {
  private final String method;

  OneMethodServlet(String method) {
    this.method = method;
  }

  /** The answer to a request with the right method; HEAD counts as GET, its body is dropped. */
  abstract void answer(HttpServletRequest request, HttpServletResponse response) throws IOException;

  @Override
  protected final void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String asked = request.getMethod();
    if (asked.equals(method) || (asked.equals("HEAD") && method.equals("GET"))) {
      answer(request, response);
    } else {
      response.setHeader("Allow", method);
      Answers.text(response, 405, "use " + method + " here\n");
    }
  }
}
