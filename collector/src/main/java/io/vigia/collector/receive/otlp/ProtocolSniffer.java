package io.vigia.collector.receive.otlp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.vigia.collector.receive.Drain;
import io.vigia.collector.receive.JsonEndpoint;
import io.vigia.collector.receive.JsonEndpoints;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Looks at a connection's first bytes: the HTTP/2 preface, or else HTTP/1.1. Source: RFC 9113
 * section 3.4.
 */
final class ProtocolSniffer extends ByteToMessageDecoder {
  private static final byte[] PREFACE = "PRI * HTTP/2.0".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_LINE_BYTES = 8 << 10;
  private static final int MAX_HEADER_BYTES = 16 << 10;
  private static final int MAX_CHUNK_BYTES = 64 << 10;

  private final Intaker intaker;
  private final List<JsonEndpoint> endpoints;

  /**
   * @param endpoints see each HTTP/1.1 request before OTLP does
   */
  ProtocolSniffer(Intaker intaker, List<JsonEndpoint> endpoints) {
    this.intaker = intaker;
    this.endpoints = endpoints;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    int there = Math.min(in.readableBytes(), PREFACE.length);
    for (int i = 0; i < there; i++) {
      if (in.getByte(in.readerIndex() + i) != PREFACE[i]) {
        http1(ctx.pipeline());
        return;
      }
    }
    if (there == PREFACE.length) {
      ctx.pipeline().addLast(Http2Server.create(intaker));
      ctx.pipeline().remove(this);
    }
  }

  private void http1(ChannelPipeline pipeline) {
    pipeline.addLast(new HttpServerCodec(MAX_LINE_BYTES, MAX_HEADER_BYTES, MAX_CHUNK_BYTES));
    pipeline.addLast(new HeadDeadline(intaker.stallTimeoutMillis()));
    pipeline.addLast(new FlowControlHandler());
    pipeline.addLast(new JsonEndpoints(endpoints));
    pipeline.addLast(new Http1Server(intaker));
    pipeline.remove(this);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW) {
      ctx.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
