package io.vigia.agent.programs;

import static org.springframework.web.reactive.function.server.RequestPredicates.GET;

import java.time.Duration;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.server.HandlerStrategies;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** WebFlux over Reactor Netty, asked by its WebClient. */
final class Reactive {

  static void use() {
    DisposableServer server =
        HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .handle(
                new ReactorHttpHandlerAdapter(
                    RouterFunctions.toHttpHandler(
                        RouterFunctions.route(
                            GET("/books/{id}"),
                            request ->
                                Mono.delay(Duration.ofMillis(5), Schedulers.boundedElastic())
                                    .doOnNext(tick -> Databases.ask("SELECT 3 AS reactive"))
                                    .then(ServerResponse.noContent().build())),
                        HandlerStrategies.withDefaults())))
            .bindNow();
    WebClient.create("http://127.0.0.1:" + server.port())
        .get()
        .uri("/books/7")
        .retrieve()
        .toBodilessEntity()
        .block(Duration.ofSeconds(30));
    server.disposeNow();
  }

  private Reactive() {}
}
