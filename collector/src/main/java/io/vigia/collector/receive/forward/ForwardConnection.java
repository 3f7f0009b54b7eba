package io.vigia.collector.receive.forward;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.NetUtil;
import io.vigia.collector.core.Batch;
import io.vigia.collector.core.Envelope;
import io.vigia.collector.core.IntakeException;
import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.Body;
import io.vigia.collector.receive.Drain;
import io.vigia.collector.receive.IntakeBudget.Phase;
import io.vigia.collector.receive.IntakeBudget.Shed;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection. Whole messages that are there are taken together as a round: transcoded, handed
 * to the intake, and acknowledged when all of it is stored. Meanwhile nothing is read, so a sender
 * without acknowledgements is slowed by TCP. An overloaded intake is asked again; what the sender
 * sent is held until then.
 */
final class ForwardConnection extends ChannelInboundHandlerAdapter {
  private static final int MAX_ROUND_BYTES = 1 << 20;
  private static final int MAX_ROUND_MESSAGES = 4096;
  private static final int MAX_GREETING_BYTES = 16 << 10;
  private static final long DRAIN_MILLIS = 50;

  private final Forwarding forwarding;
  private final MsgPackScanner scanner;
  private final @Nullable Handshake handshake;
  private final BitSet stored = new BitSet();
  private @Nullable Body body;
  private @Nullable ByteBuf acks;
  private @Nullable MalformedForwardException failure;
  private Envelope envelope = new Envelope(0, ForwardReceiver.NAME, "", java.util.Map.of());
  private String peer = "";
  private boolean busy;

  /** No round after this one. */
  private boolean draining;

  private int roundEnd;

  /** Where each message of the round ends. */
  private int[] ends = new int[8];

  private int messages;
  private int parts;
  private int pending;
  private long retryAfterMillis;

  ForwardConnection(Forwarding forwarding) {
    this.forwarding = forwarding;
    this.scanner = new MsgPackScanner(forwarding.maxMessageBytes());
    this.handshake = forwarding.security() == null ? null : new Handshake(forwarding.security());
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    peer =
        ctx.channel().remoteAddress() instanceof InetSocketAddress address
            ? NetUtil.toSocketAddressString(address)
            : "";
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    if (handshake != null) {
      ctx.writeAndFlush(handshake.hello(ctx.alloc()));
    }
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf data = (ByteBuf) message;
    try {
      if (failure != null || !data.isReadable()) {
        return;
      }
      if (body == null) {
        body =
            new Body(
                forwarding
                    .budget()
                    .open(
                        forwarding.stallTimeoutMillis(),
                        why -> ctx.executor().execute(() -> shed(ctx, why))),
                forwarding.maxMessageBytes() + (2 << 20));
      }
      if (handshake != null
          && !handshake.done()
          && body.size() + data.readableBytes() > MAX_GREETING_BYTES) {
        fail(ctx, new MalformedForwardException("unauthorized", "too much before the handshake"));
        return;
      }
      if (body.append(data, 0) != Body.Outcome.TAKEN) {
        shed(ctx, Shed.MEMORY);
        return;
      }
    } finally {
      data.release();
    }
    if (!busy) {
      next(ctx);
    }
  }

  /** Starts a round with all the messages that are whole. */
  private void next(ChannelHandlerContext ctx) {
    Body body = this.body;
    if (body == null) {
      return;
    }
    roundEnd = 0;
    messages = 0;
    try {
      while (roundEnd < MAX_ROUND_BYTES && messages < MAX_ROUND_MESSAGES) {
        int end = scanner.scan(body.array(), body.size());
        if (end < 0) {
          break;
        }
        scanner.reset(end);
        if (handshake != null && !handshake.done()) {
          if (!greet(ctx, body, end)) {
            return;
          }
          body.discard(end);
          scanner.reset(0);
        } else {
          if (messages == ends.length) {
            ends = Arrays.copyOf(ends, 2 * messages);
          }
          ends[messages++] = end;
          roundEnd = end;
        }
      }
    } catch (MalformedForwardException e) {
      failure = e;
    }
    if (roundEnd > 0) {
      busy = true;
      ctx.channel().config().setAutoRead(false);
      stored.clear();
      envelope = Envelope.now(ForwardReceiver.NAME, peer);
      round(ctx);
    } else if (failure != null) {
      fail(ctx, failure);
    } else if (body.size() == 0) {
      release();
    }
  }

  private void round(ChannelHandlerContext ctx) {
    Body body = this.body;
    if (body == null) { // shed meanwhile
      return;
    }
    if (!body.phase(Phase.STORING)) {
      return; // to be closed
    }
    releaseAcks();
    acks = ctx.alloc().buffer(64);
    parts = 0;
    pending = 1;
    retryAfterMillis = 0;
    ForwardTranscoder transcoder = ForwardTranscoder.current();
    transcoder.begin(
        envelope.receiveTimeUnixNanos(),
        forwarding.maxChunkBytes(),
        forwarding.metrics(),
        (payload, items) -> {
          int part = parts++;
          if (stored.get(part)) {
            return;
          }
          pending++;
          forwarding
              .intake()
              .accept(new Batch(Signal.LOGS, items, envelope, payload))
              .whenComplete(
                  (nothing, refusal) -> {
                    if (ctx.executor().inEventLoop()) {
                      partDone(ctx, part, refusal);
                    } else {
                      later(ctx, 0, () -> partDone(ctx, part, refusal));
                    }
                  });
        });
    try {
      int at = 0;
      for (int i = 0; i < messages; i++) {
        transcoder.message(body.array(), at, ends[i], acks);
        MalformedForwardException broken = transcoder.broken();
        if (broken != null) {
          forwarding.leftOut(broken, peer);
        }
        at = ends[i];
      }
    } catch (MalformedForwardException e) {
      failure = e; // what came before it is kept and acknowledged
    }
    transcoder.end();
    partDone(ctx, -1, null);
  }

  private void partDone(ChannelHandlerContext ctx, int part, @Nullable Throwable refusal) {
    if (refusal instanceof IntakeException.Overloaded overloaded) {
      retryAfterMillis = Math.max(retryAfterMillis, overloaded.retryAfterMillis());
    } else if (refusal != null && !(refusal instanceof IntakeException)) {
      retryAfterMillis = Math.max(retryAfterMillis, 1000); // a defect; nothing is stored
    } else if (part >= 0) {
      // refused for good counts as done: sending it again would not help, and would never end
      stored.set(part);
    }
    if (--pending > 0 || body == null) {
      return;
    }
    if (retryAfterMillis > 0) {
      body.phase(Phase.WAITING);
      later(ctx, retryAfterMillis, () -> round(ctx));
      return;
    }
    finish(ctx, body);
  }

  /** Nobody would see what a task died of, and the connection would wait for ever. */
  private void later(ChannelHandlerContext ctx, long millis, Runnable action) {
    Runnable task =
        () -> {
          try {
            action.run();
          } catch (RuntimeException | Error e) {
            exceptionCaught(ctx, e);
          }
        };
    if (millis == 0) {
      ctx.executor().execute(task);
    } else {
      ctx.executor().schedule(task, millis, TimeUnit.MILLISECONDS);
    }
  }

  private void finish(ChannelHandlerContext ctx, Body body) {
    busy = false;
    ByteBuf answer = acks;
    acks = null;
    if (answer != null && answer.isReadable()) {
      ctx.writeAndFlush(answer);
    } else if (answer != null) {
      answer.release();
    }
    if (failure != null) {
      fail(ctx, failure);
      return;
    }
    if (draining) {
      close(ctx);
      return;
    }
    body.discard(roundEnd);
    body.phase(Phase.ARRIVING);
    scanner.shift(roundEnd);
    if (body.size() == 0) {
      release();
    } else {
      next(ctx);
    }
    if (!busy && failure == null) {
      ctx.channel().config().setAutoRead(true);
    }
  }

  /** Returns false when the sender may not come in. */
  private boolean greet(ChannelHandlerContext ctx, Body body, int end) {
    if (handshake == null) {
      return true;
    }
    ctx.writeAndFlush(handshake.answer(ctx.alloc(), body.array(), end));
    if (!handshake.done()) {
      fail(ctx, new MalformedForwardException("unauthorized", "handshake failed"));
      return false;
    }
    return true;
  }

  private void fail(ChannelHandlerContext ctx, MalformedForwardException why) {
    failure = why;
    forwarding.malformed(why, peer);
    close(ctx);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Drain.NOW && !draining) {
      // a moment for what is in the socket already: senders without acknowledgements send it once
      ctx.executor().schedule(() -> drained(ctx), DRAIN_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void drained(ChannelHandlerContext ctx) {
    draining = true;
    if (!busy) {
      close(ctx);
    }
  }

  private void close(ChannelHandlerContext ctx) {
    release();
    ctx.close();
  }

  private void shed(ChannelHandlerContext ctx, Shed why) {
    if (body != null) {
      why.count(forwarding.metrics(), ForwardReceiver.NAME, Signal.LOGS);
      close(ctx);
    }
  }

  private void release() {
    if (body != null) {
      body.release();
      body = null;
      scanner.reset(0);
    }
    if (body == null && !busy) {
      releaseAcks();
    }
  }

  private void releaseAcks() {
    if (acks != null) {
      acks.release();
      acks = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    release();
    releaseAcks();
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
