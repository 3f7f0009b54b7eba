package io.vigia.tests.collector;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A service without telemetry code: asks itself {@code args[1]} times, logs one event for each
 * request with the trace id that came in its header, every other one as a warning with a third
 * argument, and ends.
 */
public final class LoggingJob {

  public static void main(String[] args) throws Exception {
    Logger logger = Logger.getLogger("job");
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String[] parent = exchange.getRequestHeaders().getFirst("traceparent").split("-");
            boolean isEven = Integer.parseInt(exchange.getRequestURI().getQuery()) % 2 == 0;
            logger.log(
                args.length > 2 && isEven ? Level.WARNING : Level.INFO,
                args[0]
                    + " request "
                    + exchange.getRequestURI().getQuery()
                    + " trace_id="
                    + parent[1]);
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/?" + i);
      client.send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding());
      Thread.sleep(100); // the pace of the events, nothing waits for it
    }
    server.stop(0);
  }

  private LoggingJob() {}
}
