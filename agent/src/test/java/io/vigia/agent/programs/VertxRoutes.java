package io.vigia.agent.programs;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;

/** Server, routes and client of Vert.x. */
final class VertxRoutes {

  static void use() throws Exception {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    router
        .get("/shelves/:id")
        .handler(
            context -> {
              Databases.ask("SELECT 1 AS vertx");
              context.response().setStatusCode(204).end();
            });
    router.get("/broken").handler(context -> context.fail(503));
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(1, TimeUnit.MINUTES);
    HttpClient client = vertx.createHttpClient();
    get(client, server.actualPort(), "/shelves/7");
    get(client, server.actualPort(), "/broken");
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  private static void get(HttpClient client, int port, String path) throws Exception {
    client
        .request(HttpMethod.GET, port, "127.0.0.1", path)
        .compose(HttpClientRequest::send)
        .compose(answer -> answer.end())
        .toCompletionStage()
        .toCompletableFuture()
        .get(1, TimeUnit.MINUTES);
  }

  private VertxRoutes() {}
}
