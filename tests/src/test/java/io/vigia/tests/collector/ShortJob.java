package io.vigia.tests.collector;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.logging.Logger;

/**
 * A job without telemetry code: logs its name, asks itself once (a client and a server span), ends,
 * or with {@code stay} waits to be killed.
 */
public final class ShortJob {

  public static void main(String[] args) throws Exception {
    Logger.getLogger("job").info("job " + args[0]);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding());
    if (args.length > 1 && args[1].equals("stay")) {
      Thread.sleep(600_000);
    }
    server.stop(0);
  }

  private ShortJob() {}
}
