package io.vigia.collector.export;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Frame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.GZIPOutputStream;

/** Answers each request with frames of its own choice, as proxies and other servers do. */
public final class FakeHttp2Server implements AutoCloseable {
  /** Writes an answer. */
  public interface Answer {
    void to(ChannelHandlerContext stream);
  }

  private final EventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Channel server;
  private final boolean early;
  private final List<Channel> connections = new CopyOnWriteArrayList<>();
  private final AtomicInteger requests = new AtomicInteger();
  private volatile Answer answer;

  /**
   * @param early whether it answers before the request's body came
   */
  public FakeHttp2Server(boolean early, Answer answer) {
    this.early = early;
    this.answer = answer;
    server =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    connections.add(channel);
                    channel
                        .pipeline()
                        .addLast(
                            Http2FrameCodecBuilder.forServer().build(),
                            new Http2MultiplexHandler(streams()));
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
  }

  private ChannelInitializer<Channel> streams() {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel stream) {
        stream.pipeline().addLast(new Stream());
      }
    };
  }

  private final class Stream extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object frame) {
      boolean head = frame instanceof Http2HeadersFrame;
      boolean whole =
          head
              ? ((Http2HeadersFrame) frame).isEndStream()
              : frame instanceof Http2DataFrame data && data.isEndStream();
      ReferenceCountUtil.release(frame);
      if (head) {
        requests.incrementAndGet();
      }
      if (early ? head : whole) {
        answer.to(ctx);
        ctx.flush();
      }
    }
  }

  /** Sends a frame that is of no stream on each connection there ever was. */
  public void send(Supplier<Http2Frame> frame) {
    connections.forEach(connection -> connection.writeAndFlush(frame.get()));
  }

  /** So far. */
  public int connections() {
    return connections.size();
  }

  /** That were begun so far. */
  public int requests() {
    return requests.get();
  }

  /** For the requests to come. */
  public void answers(Answer next) {
    answer = next;
  }

  public String url() {
    return "http://127.0.0.1:" + ((InetSocketAddress) server.localAddress()).getPort();
  }

  /** What a proxy says in its own name: a status of HTTP and a text, nothing of gRPC. */
  public static Answer page(int status, String type, String text) {
    return page(status, type, text, "server", "proxy");
  }

  /** The same with one more header. */
  public static Answer page(int status, String type, String text, String name, String value) {
    return stream -> {
      stream.write(
          new DefaultHttp2HeadersFrame(
              new DefaultHttp2Headers()
                  .status(Integer.toString(status))
                  .set("content-type", type)
                  .set(name, value)));
      ByteBuf body = Unpooled.copiedBuffer(text, StandardCharsets.UTF_8);
      stream.write(new DefaultHttp2DataFrame(body, true));
    };
  }

  /** An OK of gRPC with a compressed message. */
  public static Answer gzipped(byte[] message) {
    return stream -> {
      stream.write(
          new DefaultHttp2HeadersFrame(
              new DefaultHttp2Headers()
                  .status("200")
                  .set("content-type", "application/grpc")
                  .set("grpc-encoding", "gzip")));
      byte[] body = gzip(message);
      ByteBuf frame = Unpooled.buffer().writeByte(1).writeInt(body.length).writeBytes(body);
      stream.write(new DefaultHttp2DataFrame(frame, false));
      stream.write(
          new DefaultHttp2HeadersFrame(new DefaultHttp2Headers().set("grpc-status", "0"), true));
    };
  }

  private static byte[] gzip(byte[] plain) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(plain);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    server.close().syncUninterruptibly();
    loops.shutdownGracefully(0, 2, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
