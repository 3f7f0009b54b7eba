package io.vigia.agent.programs;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.HttpURLConnection;
import java.net.URI;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** A servlet in Jetty, asked by HttpURLConnection. */
final class Servlets {

  private static final class Shelf extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
      Databases.ask("SELECT 2 AS servlet");
      response.setStatus(request.getPathInfo().length() > 3 ? 500 : 200);
    }
  }

  static void use() throws Exception {
    ServletContextHandler context = new ServletContextHandler("/shop");
    context.addServlet(new Shelf(), "/shelf/*");
    serve(context, "/shop/shelf/1", "/shop/shelf/missing", "/elsewhere");
  }

  /**
   * Starts Jetty with a context and asks for each path. It stays until the program's end: one that
   * is stopped at once calls an answer that it has just written a broken connection, or not.
   */
  static void serve(ServletContextHandler context, String... paths) throws Exception {
    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(context);
    server.start();
    for (String path : paths) {
      URI url = URI.create("http://127.0.0.1:" + connector.getLocalPort() + path);
      ((HttpURLConnection) url.toURL().openConnection()).getResponseCode();
    }
  }

  private Servlets() {}
}
