package io.vigia.collector.receive.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vigia.collector.core.CollectorMetrics;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePacker;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A chunk of 1,000 events of about 300 bytes: finding its end, and turning it into OTLP. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(ForwardBenchmark.EVENTS)
public class ForwardBenchmark {
  static final int EVENTS = 1_000;

  /** {@code array}: Forward mode; {@code packed}: PackedForward, whose entries are one binary. */
  @Param({"array", "packed"})
  public String mode = "array";

  private final ByteBuf acks = Unpooled.buffer();
  private final MsgPackScanner scanner = new MsgPackScanner(16 << 20);
  private byte[] chunk = {};

  @Setup
  public void setUp() throws IOException {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker();
        MessageBufferPacker packed = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(3).packString("app.log");
      if (mode.equals("packed")) {
        entries(packed);
        byte[] bytes = packed.toByteArray();
        packer.packBinaryHeader(bytes.length).writePayload(bytes);
      } else {
        packer.packArrayHeader(EVENTS);
        entries(packer);
      }
      packer.packMapHeader(1).packString("chunk").packString("c");
      chunk = packer.toByteArray();
    }
  }

  private static void entries(MessagePacker packer) throws IOException {
    for (int i = 0; i < EVENTS; i++) {
      packer.packArrayHeader(2).packLong(1_790_000_000L + i).packMapHeader(6);
      packer.packString("message").packString("GET /orders/" + i + " " + "x".repeat(150));
      packer.packString("level").packString("INFO");
      packer.packString("logger").packString("com.example.orders.OrderController");
      packer.packString("thread").packString("http-nio-8080-exec-7");
      packer.packString("status").packInt(200);
      packer.packString("container_id").packString("0123456789abcdef");
    }
  }

  @Benchmark
  public int scan() {
    scanner.reset(0);
    return scanner.scan(chunk, chunk.length);
  }

  @Benchmark
  public int transcode() {
    int[] bytes = {0};
    ForwardTranscoder transcoder = ForwardTranscoder.current();
    acks.clear();
    transcoder.begin(
        1, 32 << 20, CollectorMetrics.NOOP, (payload, items) -> bytes[0] += payload.remaining());
    transcoder.message(chunk, 0, chunk.length, acks);
    transcoder.end();
    return bytes[0];
  }
}
