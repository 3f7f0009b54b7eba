package io.vigia.collector.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpChunkedInput;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.stream.ChunkedInput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection: asks for a request, has it answered by a worker, asks for the next. */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(HttpServer.class);

  private final String name;
  private final HttpRoutes routes;
  private final Executor workers;
  private final long requestTimeoutMillis;
  private final Set<Channel> idle;

  /** Requests that came in one read with the one being answered; reading is off meanwhile. */
  private final Queue<FullHttpRequest> waiting = new ArrayDeque<>();

  private boolean answering;

  /** Closes the connection when the next request is not there in time. */
  private @Nullable Future<?> deadline;

  /**
   * @param idle has the connection at its end while a request is waited for
   */
  HttpConnection(
      String name,
      HttpRoutes routes,
      Executor workers,
      long requestTimeoutMillis,
      Set<Channel> idle) {
    this.name = name;
    this.routes = routes;
    this.workers = workers;
    this.requestTimeoutMillis = requestTimeoutMillis;
    this.idle = idle;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    arm(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    disarm(ctx);
    for (FullHttpRequest request; (request = waiting.poll()) != null; ) {
      request.release();
    }
  }

  private void arm(ChannelHandlerContext ctx) {
    if (ctx.channel().isActive()) {
      idle.add(ctx.channel());
    }
    deadline =
        ctx.executor().schedule(() -> ctx.close(), requestTimeoutMillis, TimeUnit.MILLISECONDS);
  }

  private void next(ChannelHandlerContext ctx) {
    answering = false;
    FullHttpRequest request = waiting.poll();
    if (request == null) {
      arm(ctx);
      ctx.channel().config().setAutoRead(true);
      return;
    }
    try {
      take(ctx, request);
    } finally {
      request.release();
    }
  }

  private void disarm(ChannelHandlerContext ctx) {
    idle.remove(ctx.channel());
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest message) {
    if (answering) {
      waiting.add(message.retain());
    } else {
      ctx.channel().config().setAutoRead(false);
      take(ctx, message);
    }
  }

  private void take(ChannelHandlerContext ctx, FullHttpRequest message) {
    answering = true;
    disarm(ctx);
    boolean keepAlive = HttpUtil.isKeepAlive(message);
    if (message.decoderResult().isFailure()) {
      respond(ctx, refusal(message.decoderResult().cause()), false, false);
      return;
    }
    boolean head = message.method().name().equals("HEAD");
    boolean chunks = message.protocolVersion().compareTo(HttpVersion.HTTP_1_1) >= 0;
    HttpRequest request;
    try {
      request = read(message);
    } catch (IllegalArgumentException e) {
      respond(ctx, HttpResponse.text(400, "not a valid URL"), keepAlive, head);
      return;
    }
    if (routes.isAtOnce(request.path())) {
      respond(ctx, answer(request), keepAlive, head);
      return;
    }
    try {
      workers.execute(
          () -> {
            HttpResponse response = answer(request);
            ctx.executor()
                .execute(
                    () -> {
                      if (response.pieces() == null || head) {
                        respond(ctx, response, keepAlive, head);
                      } else {
                        respond(ctx, response, response.pieces(), keepAlive && chunks, chunks);
                      }
                    });
          });
    } catch (RejectedExecutionException e) {
      respond(ctx, HttpResponse.text(503, "busy").with("Retry-After", "1"), keepAlive, head);
    }
  }

  private static HttpResponse refusal(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return HttpResponse.text(414, "URL too long");
    }
    if (cause instanceof TooLongHttpHeaderException) {
      return HttpResponse.text(431, "headers too large");
    }
    return HttpResponse.text(400, "not a valid HTTP request");
  }

  private static HttpRequest read(FullHttpRequest message) {
    QueryStringDecoder uri = new QueryStringDecoder(message.uri());
    Map<String, List<String>> headers = new LinkedHashMap<>();
    message
        .headers()
        .forEach(
            h ->
                headers
                    .computeIfAbsent(h.getKey().toLowerCase(Locale.ROOT), k -> new ArrayList<>(1))
                    .add(h.getValue()));
    return new HttpRequest(
        message.method().name(),
        uri.path(),
        uri.parameters(),
        headers,
        ByteBufUtil.getBytes(message.content()));
  }

  private HttpResponse answer(HttpRequest request) {
    try {
      return routes.handle(request);
    } catch (HttpStatusException e) {
      return HttpResponse.text(e.status(), e.getMessage());
    } catch (Exception | Error e) { // whatever it is, nobody else would answer
      log.error("{}: {} {} failed", name, request.method(), request.path(), e);
      return HttpResponse.text(500, "the collector could not answer; its log says why");
    }
  }

  private void respond(
      ChannelHandlerContext ctx, HttpResponse response, boolean keepAlive, boolean head) {
    FullHttpResponse message =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(response.body()));
    if (response.pieces() == null) {
      message.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    }
    written(ctx, ctx.writeAndFlush(withHeaders(message, response, keepAlive)), keepAlive);
  }

  /** The next piece is made when there is room for it in the connection's buffer. */
  private void respond(
      ChannelHandlerContext ctx,
      HttpResponse response,
      Iterator<byte[]> pieces,
      boolean keepAlive,
      boolean chunks) {
    DefaultHttpResponse message =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    HttpUtil.setTransferEncodingChunked(message, chunks); // else it ends with the connection
    ctx.write(withHeaders(message, response, keepAlive));
    written(ctx, ctx.writeAndFlush(new HttpChunkedInput(new Pieces(pieces))), keepAlive);
  }

  private static io.netty.handler.codec.http.HttpResponse withHeaders(
      io.netty.handler.codec.http.HttpResponse message, HttpResponse response, boolean keepAlive) {
    message.headers().set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
    response.headers().forEach(message.headers()::set);
    HttpUtil.setKeepAlive(message, keepAlive);
    return message;
  }

  private void written(ChannelHandlerContext ctx, ChannelFuture written, boolean keepAlive) {
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
      return;
    }
    written.addListener(
        done -> {
          if (done.isSuccess()) {
            next(ctx);
          } else {
            ctx.close();
          }
        });
  }

  /** Arrays as Netty asks for them. */
  private record Pieces(Iterator<byte[]> pieces) implements ChunkedInput<ByteBuf> {
    @Override
    public boolean isEndOfInput() {
      return !pieces.hasNext();
    }

    @Override
    public @Nullable ByteBuf readChunk(ByteBufAllocator allocator) {
      return pieces.hasNext() ? Unpooled.wrappedBuffer(pieces.next()) : null;
    }

    @Override
    @Deprecated
    public @Nullable ByteBuf readChunk(ChannelHandlerContext ctx) {
      return readChunk(ctx.alloc());
    }

    @Override
    public long length() {
      return -1;
    }

    @Override
    public long progress() {
      return 0;
    }

    @Override
    public void close() {}
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (cause instanceof Error || cause.getCause() instanceof Error) {
      log.error("{}: a connection was closed for an error of the collector", name, cause);
    } else { // a client that went away or broke the protocol is its own affair
      log.debug("{}: connection closed", name, cause);
    }
    ctx.close();
  }
}
