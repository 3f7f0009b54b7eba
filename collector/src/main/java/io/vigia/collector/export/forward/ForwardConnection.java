package io.vigia.collector.export.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.vigia.collector.net.NetException;
import io.vigia.collector.net.NetException.Kind;
import io.vigia.collector.net.SharedConnection;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One connection: the handshake, if there is a key, then chunks out and acknowledgements in. Chunks
 * may be sent before the last one was acknowledged.
 */
final class ForwardConnection extends ByteToMessageDecoder implements SharedConnection.Connection {
  /** More than any HELO, PONG or acknowledgement. */
  private static final int MAX_ANSWER_BYTES = 16 << 10;

  private final String peer;
  private final @Nullable Handshake handshake;

  /** By chunk id, the oldest first; the same id is the same data. */
  private final Map<String, Queue<CompletableFuture<Void>>> unacknowledged = new HashMap<>();

  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<NetException> gone = new CompletableFuture<>();
  private volatile @Nullable ChannelHandlerContext context;
  private boolean pinged;
  private boolean retired;

  /**
   * @param handshake null when the server is not expected to ask for one
   */
  ForwardConnection(String peer, @Nullable Handshake handshake) {
    this.peer = peer;
    this.handshake = handshake;
    if (handshake == null) {
      ready.complete(null);
    }
  }

  /** Completes when chunks may be sent; fails with a {@link NetException}. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Completes when the connection cannot be used any more. */
  CompletableFuture<NetException> gone() {
    return gone;
  }

  /** Completes when the chunk was acknowledged; fails with a {@link NetException}. */
  CompletableFuture<Void> send(Chunk chunk) {
    CompletableFuture<Void> acknowledged = new CompletableFuture<>();
    ChannelHandlerContext ctx = context;
    if (ctx == null) {
      acknowledged.completeExceptionally(NetException.of(peer, null));
    } else {
      ctx.executor().execute(() -> send(ctx, chunk, acknowledged));
    }
    return acknowledged;
  }

  @Override
  public @Nullable Channel channel() {
    ChannelHandlerContext ctx = context;
    return ctx == null ? null : ctx.channel();
  }

  @Override
  public void finish() {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      retired = true;
      closeIfRetired(ctx);
    }
  }

  private void closeIfRetired(ChannelHandlerContext ctx) {
    if (retired && unacknowledged.isEmpty()) {
      var unused = ctx.close();
    }
  }

  @Override
  public void close(NetException why) {
    ChannelHandlerContext ctx = context;
    if (ctx != null) {
      ctx.executor().execute(() -> fail(ctx, why));
    }
  }

  private void send(ChannelHandlerContext ctx, Chunk chunk, CompletableFuture<Void> acknowledged) {
    NetException why = gone.getNow(null);
    if (why != null) {
      acknowledged.completeExceptionally(why);
      return;
    }
    unacknowledged.computeIfAbsent(chunk.id(), id -> new ArrayDeque<>(1)).add(acknowledged);
    ctx.writeAndFlush(Unpooled.wrappedBuffer(chunk.message().duplicate()))
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                fail(ctx, NetException.of(peer, written.cause()));
              }
            });
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int begin = in.readerIndex();
    try {
      handle(ctx, MsgPackValue.read(in));
    } catch (MsgPackValue.Incomplete e) {
      int arrived = in.writerIndex() - begin;
      in.readerIndex(begin);
      if (arrived > MAX_ANSWER_BYTES) {
        fail(ctx, new NetException(Kind.TOO_LARGE, peer + ": an answer without an end"));
      }
    } catch (IllegalArgumentException e) {
      in.skipBytes(in.readableBytes());
      fail(ctx, protocol("an answer that is no MessagePack"));
    }
  }

  private void handle(ChannelHandlerContext ctx, @Nullable Object value) {
    if (Handshake.isHello(value) && value != null) {
      if (handshake == null) {
        fail(ctx, secret("it asks for a shared key"));
      } else {
        pinged = true;
        var unused = ctx.writeAndFlush(Unpooled.wrappedBuffer(handshake.ping(value)));
      }
    } else if (pinged && handshake != null && !ready.isDone()) {
      String wrong = handshake.judge(value);
      if (wrong == null) {
        ready.complete(null);
      } else {
        fail(ctx, secret(wrong));
      }
    } else if (value instanceof Map<?, ?> answer && answer.containsKey("ack")) {
      acknowledge(ctx, MsgPackValue.text(answer.get("ack")));
    } else {
      fail(ctx, protocol("an answer that is no acknowledgement"));
    }
  }

  private void acknowledge(ChannelHandlerContext ctx, String id) {
    Queue<CompletableFuture<Void>> chunks = unacknowledged.get(id);
    if (chunks == null) {
      return; // it comes after its time-out
    }
    CompletableFuture<Void> oldest = chunks.remove();
    if (chunks.isEmpty()) {
      unacknowledged.remove(id);
    }
    oldest.complete(null);
    closeIfRetired(ctx);
  }

  private NetException secret(String what) {
    return new NetException(
        Kind.SECRET,
        peer + ": " + what,
        "set sharedKeyFile (and username and passwordFile) to what the server knows");
  }

  private NetException protocol(String what) {
    return new NetException(Kind.PROTOCOL, peer + ": " + what);
  }

  private void fail(ChannelHandlerContext ctx, NetException why) {
    gone.complete(why);
    ready.completeExceptionally(why);
    var open = List.copyOf(unacknowledged.values());
    unacknowledged.clear();
    open.forEach(chunks -> chunks.forEach(chunk -> chunk.completeExceptionally(why)));
    var unused = ctx.close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    fail(ctx, NetException.of(peer, cause));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    fail(ctx, NetException.of(peer, null));
  }
}
