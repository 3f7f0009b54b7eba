package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.flow.FlowControlHandler;
import io.netty.util.ReferenceCountUtil;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.JsonEndpoint;
import io.vigia.collector.receive.JsonEndpoints;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A sender that asks and asks, and takes no answer: what waits for it must not grow. */
class SlowReaderTest {
  private static final byte[] LOGS = Requests.logs(1).toByteArray();

  private final FakeIntake intake = new FakeIntake();
  private final Asked asked = new Asked();

  /** Of what the socket has not taken. */
  private final List<ChannelPromise> unsent = new ArrayList<>();

  private final EmbeddedChannel connection =
      new EmbeddedChannel(
          new Socket(),
          new HttpServerCodec(),
          new FlowControlHandler(),
          new JsonEndpoints(List.of(asked)),
          new Http1Server(
              new Intaker(
                  intake, intake.metrics, new IntakeBudget(1 << 20), 1 << 20, 10_000, null)));

  private final class Socket extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      ReferenceCountUtil.release(message);
      unsent.add(promise);
    }
  }

  private static final class Asked implements JsonEndpoint {
    private int times;

    @Override
    public String path() {
      return "/asked";
    }

    @Override
    public CompletionStage<Answer> answer(Map<String, List<String>> parameters) {
      times++;
      return CompletableFuture.completedFuture(new Answer(HttpResponseStatus.OK, "{}"));
    }
  }

  @AfterEach
  void close() {
    connection.close();
  }

  private void send(ByteBuf... requests) {
    connection.writeInbound(Unpooled.wrappedBuffer(requests));
    connection.runPendingTasks();
  }

  private void take() {
    List<ChannelPromise> taken = List.copyOf(unsent);
    unsent.clear();
    taken.forEach(ChannelPromise::trySuccess);
    connection.runPendingTasks();
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static ByteBuf post() {
    String head =
        "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
            + "Content-Length: "
            + LOGS.length
            + "\r\n\r\n";
    return Unpooled.wrappedBuffer(text(head), Unpooled.wrappedBuffer(LOGS));
  }

  private static ByteBuf get(String path) {
    return text("GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
  }

  @Test
  void itsNextRequestIsReadWhenItsAnswerLeft() {
    send(post(), post(), post());
    assertThat(intake.taken).hasSize(1);
    take();
    assertThat(intake.taken).hasSize(2);
    take();
    assertThat(intake.taken).hasSize(3);
  }

  @Test
  void itsNextQuestionIsReadWhenItsAnswerLeft() {
    send(get("/asked"), get("/asked"), post());
    assertThat(asked.times).isEqualTo(1);
    take();
    assertThat(asked.times).isEqualTo(2);
    assertThat(intake.taken).isEmpty();
    take();
    assertThat(intake.taken).hasSize(1);
  }

  @Test
  void aRefusalIsAnAnswerToo() {
    send(get("/nothing"), get("/asked"), get("/asked"));
    assertThat(asked.times).isZero();
    take();
    assertThat(asked.times).isEqualTo(1);
    take();
    assertThat(asked.times).isEqualTo(2);
  }
}
