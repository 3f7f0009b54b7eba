package io.vigia.agent.programs;

import com.sun.net.httpserver.HttpServer;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.UriBuilder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.glassfish.jersey.jdkhttp.JdkHttpServerFactory;
import org.glassfish.jersey.server.ResourceConfig;

/** Jersey in the JDK's server. */
final class RestResources {

  /** Answers with a row. */
  @Path("books")
  public static class Books {
    /** One book. */
    @GET
    @Path("{id}")
    public String book(@PathParam("id") String id) {
      Databases.ask("SELECT 1 AS jersey");
      return id;
    }

    /** None. */
    @GET
    @Path("none")
    public String none() {
      throw new NotFoundException("no books");
    }
  }

  static void use() throws Exception {
    HttpServer server =
        JdkHttpServerFactory.createHttpServer(
            UriBuilder.fromUri("http://127.0.0.1/").port(0).build(),
            new ResourceConfig(Books.class));
    get(server, "/books/7");
    get(server, "/books/none");
    server.stop(0);
  }

  private static void get(HttpServer server, String path) throws Exception {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(url).build(), HttpResponse.BodyHandlers.discarding());
  }

  private RestResources() {}
}
