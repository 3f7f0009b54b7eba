package io.vigia.agent.programs;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.http.client.methods.HttpUriRequest;
import org.apache.http.client.methods.RequestBuilder;
import org.apache.http.impl.client.CloseableHttpClient;

/** Clients that a server of the JDK answers, one of them in vain. */
final class HttpClients {

  static void use() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(
                exchange.getRequestURI().getPath().equals("/gone") ? 410 : 204, -1);
          }
        });
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    // within one span each; in threads of the library where it has them
    InRequest.run(() -> done(() -> ok(url)));
    InRequest.run(() -> done(() -> apache4(url)));
    InRequest.run(() -> done(() -> apache5(url)));
    InRequest.run(() -> done(() -> jdk(url)));
    server.stop(0);
  }

  private static void ok(String url) throws Exception {
    OkHttpClient client = new OkHttpClient();
    client.newCall(new Request.Builder().url(url + "/ok").build()).execute().close();
    CountDownLatch answered = new CountDownLatch(1);
    client
        .newCall(new Request.Builder().url(url + "/gone").build())
        .enqueue(
            new Callback() {
              @Override
              public void onFailure(Call call, IOException e) {
                answered.countDown();
              }

              @Override
              public void onResponse(Call call, Response response) {
                response.close();
                Databases.ask("SELECT 1 AS okhttp");
                answered.countDown();
              }
            });
    answered.await();
    client.dispatcher().executorService().shutdown();
    client.connectionPool().evictAll();
  }

  private static void apache4(String url) throws Exception {
    try (CloseableHttpClient client = org.apache.http.impl.client.HttpClients.createDefault()) {
      HttpUriRequest request = RequestBuilder.get(url + "/apache4").build();
      client.execute(request, response -> response.getStatusLine().getStatusCode());
      client.execute(RequestBuilder.get(url + "/gone").build()).close();
    }
  }

  private static void apache5(String url) throws Exception {
    try (org.apache.hc.client5.http.impl.classic.CloseableHttpClient client =
        org.apache.hc.client5.http.impl.classic.HttpClients.createDefault()) {
      client.execute(new HttpGet(url + "/apache5"), response -> response.getCode());
      client.execute(new HttpGet(url + "/gone"), response -> response.getCode());
    }
  }

  private static void jdk(String url) throws Exception {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url + "/connection").toURL().openConnection();
    connection.getResponseCode();
    connection.disconnect();
  }

  /** Something that throws what a request does not. */
  interface Work {
    void run() throws Exception;
  }

  static void done(Work work) {
    try {
      work.run();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpClients() {}
}
