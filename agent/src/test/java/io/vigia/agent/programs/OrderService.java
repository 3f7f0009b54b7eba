package io.vigia.agent.programs;

import com.sun.net.httpserver.HttpServer;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A service with Logback and simpleclient that calls itself once, stays as long as told, and ends.
 */
public final class OrderService {

  private static final Logger LOG = LoggerFactory.getLogger(OrderService.class);
  private static final Counter ORDERS =
      Counter.build("orders_total", "Orders").labelNames("kind").register();
  private static final Histogram PRICE =
      Histogram.build("order_price_euros", "Price").buckets(1, 10, 100).register();
  private static final CollectorRegistry OWN = new CollectorRegistry();
  private static final Gauge STOCK = Gauge.build("stock_items", "Stock").register(OWN);

  public static void main(String[] args) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/order",
        exchange -> {
          try (exchange) {
            MDC.put("customer", "c-42");
            LOG.info("order {} taken", 7);
            LOG.warn("no stock", new IllegalStateException("empty shelf"));
            MDC.clear();
            PRICE.observe(50);
            exchange.sendResponseHeaders(204, -1);
          }
        });
    server.start();
    LOG.info("started");
    ORDERS.labels("web").inc(3);
    PRICE.observe(5);
    PRICE.observe(500);
    STOCK.set(12);
    HttpResponse<Void> response =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/order"))
                    .build(),
                HttpResponse.BodyHandlers.discarding());
    System.out.println("answered " + response.statusCode());
    Stay.asLongAs(args);
    server.stop(0);
    System.out.println("ending at " + System.currentTimeMillis());
  }

  private OrderService() {}
}
