package io.vigia.collector.export.elasticsearch;

import co.elastic.clients.json.jackson.JacksonJsonpMapper;
import co.elastic.clients.transport.DefaultTransportOptions;
import co.elastic.clients.transport.ElasticsearchTransportBase;
import co.elastic.clients.transport.TransportOptions;
import co.elastic.clients.transport.http.TransportHttpClient;
import co.elastic.clients.transport.instrumentation.NoopInstrumentation;
import co.elastic.clients.util.BinaryData;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.QueryStringEncoder;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpFailover;
import io.vigia.collector.net.NetException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The Elasticsearch client's requests over our own connections: the same addresses, TLS,
 * authorization and headers as the documents. Closing it leaves those open.
 */
final class SetupTransport extends ElasticsearchTransportBase {
  SetupTransport(HttpFailover http) {
    super(
        new Http(http),
        DefaultTransportOptions.EMPTY,
        new JacksonJsonpMapper(),
        NoopInstrumentation.INSTANCE); // the other one drags in Apache's HTTP client for its log
  }

  private record Http(HttpFailover http) implements TransportHttpClient {
    @Override
    public Response performRequest(
        String endpointId, @Nullable Node node, Request request, TransportOptions options)
        throws IOException {
      try {
        return performRequestAsync(endpointId, node, request, options).get();
      } catch (ExecutionException e) {
        throw NetException.of(http.endpoint().toString(), e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new NetException(NetException.Kind.SHUTDOWN, http.endpoint() + ": interrupted");
      }
    }

    @Override
    public CompletableFuture<Response> performRequestAsync(
        String endpointId, @Nullable Node node, Request request, TransportOptions options) {
      QueryStringEncoder target = new QueryStringEncoder(request.path());
      request.queryParams().forEach(target::addParam);
      Iterable<ByteBuffer> body = request.body();
      ByteBuf bytes = Unpooled.EMPTY_BUFFER;
      if (body != null) {
        for (ByteBuffer part : body) {
          bytes = Unpooled.wrappedBuffer(bytes, Unpooled.wrappedBuffer(part));
        }
      }
      return http.send(
              HttpMethod.valueOf(request.method()), target.toString(), request.headers(), bytes)
          .thenApply(answer -> new Answer(new Node(http.endpoint().toString()), answer));
    }

    @Override
    public void close() {}
  }

  private record Answer(TransportHttpClient.Node node, HttpAnswer answer)
      implements TransportHttpClient.Response {
    @Override
    public int statusCode() {
      return answer.status();
    }

    @Override
    public @Nullable String header(String name) {
      return answer.header(name);
    }

    @Override
    public List<String> headers(String name) {
      return answer.headers().getAll(name);
    }

    @Override
    public @Nullable BinaryData body() {
      String type = answer.header("content-type");
      return answer.body().length == 0
          ? null
          : BinaryData.of(answer.body(), type == null ? "application/json" : type);
    }

    @Override
    public Object originalResponse() {
      return answer;
    }

    @Override
    public void close() {}
  }
}
