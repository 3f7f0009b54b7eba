package io.vigia.agent.programs;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Passes each request on to the port it was told, prints its own, ends with stdin. */
public final class Relay {

  public static void main(String[] args) throws Exception {
    HttpClient client = HttpClient.newHttpClient();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            URI next = URI.create("http://127.0.0.1:" + args[0] + exchange.getRequestURI());
            client.send(
                HttpRequest.newBuilder(next).build(), HttpResponse.BodyHandlers.discarding());
            exchange.sendResponseHeaders(204, -1);
          } catch (InterruptedException e) {
            throw new IOException(e);
          }
        });
    server.start();
    System.out.println("port " + server.getAddress().getPort());
    while (System.in.read() >= 0) {
      // nothing is said, it only ends
    }
    System.exit(0);
  }

  private Relay() {}
}
