package io.vigia.agent.programs;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Prints its port, logs and answers 204 to everything, ends when asked for {@code /quit}. */
public final class Web {

  private static final Logger LOG = LoggerFactory.getLogger(Web.class);

  public static void main(String[] args) throws Exception {
    CountDownLatch quit = new CountDownLatch(1);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            LOG.info("asked for {}", exchange.getRequestURI().getPath());
            String query = exchange.getRequestURI().getQuery();
            if (query != null) {
              LOG.warn("asked with {}", query.replaceAll(".*&", ""));
            }
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.createContext(
        "/quit",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(204, -1);
          }
          quit.countDown();
        });
    server.start();
    System.out.println("port " + server.getAddress().getPort());
    quit.await();
    server.stop(0);
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private Web() {}
}
