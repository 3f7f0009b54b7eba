package io.vigia.collector.receive.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest;
import io.vigia.collector.core.CollectorMetrics;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;
import org.msgpack.core.MessagePackException;
import org.msgpack.core.MessagePacker;
import org.msgpack.core.MessageUnpacker;

/** The forward codec against bytes nobody should send, held against msgpack-core and protobuf. */
class HostileForwardTest {
  private static final int MAX_BYTES = 4096;

  /** A forward message of any mode, with anything in its records. */
  private static byte[] message(Random random) {
    try (MessageBufferPacker packer = MessagePack.newDefaultBufferPacker()) {
      packer.packArrayHeader(3).packString("tag");
      switch (random.nextInt(3)) {
        case 0 -> {
          packer.packLong(random.nextInt());
          record(packer, random);
        }
        case 1 -> {
          int entries = random.nextInt(4);
          packer.packArrayHeader(entries);
          for (int i = 0; i < entries; i++) {
            packer.packArrayHeader(2).packLong(random.nextInt(1 << 30));
            record(packer, random);
          }
          packer.packMapHeader(1).packString("chunk").packString("c");
          return packer.toByteArray();
        }
        default -> {
          try (MessageBufferPacker entries = MessagePack.newDefaultBufferPacker()) {
            for (int i = random.nextInt(4); i > 0; i--) {
              entries.packArrayHeader(2).packLong(7);
              record(entries, random);
            }
            byte[] bytes = entries.toByteArray();
            packer.packBinaryHeader(bytes.length).writePayload(bytes);
          }
          packer.packMapHeader(1).packString("chunk").packString("c");
          return packer.toByteArray();
        }
      }
      packer.packNil();
      return packer.toByteArray();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void record(MessagePacker packer, Random random) throws IOException {
    int fields = random.nextInt(4);
    packer.packMapHeader(fields);
    for (int i = 0; i < fields; i++) {
      String[] keys = {"message", "level", "trace_id", "resource", "attributes", "k" + i, "logger"};
      packer.packString(keys[random.nextInt(keys.length)]);
      value(packer, random, 0);
    }
  }

  private static void value(MessagePacker packer, Random random, int depth) throws IOException {
    switch (random.nextInt(depth > 6 ? 7 : 9)) {
      case 0 -> packer.packNil();
      case 1 -> packer.packBoolean(random.nextBoolean());
      case 2 -> packer.packLong(random.nextLong() >> random.nextInt(64));
      case 3 -> packer.packDouble(random.nextGaussian());
      case 4 -> {
        byte[] text = new byte[random.nextInt(40)]; // seldom UTF-8
        random.nextBytes(text);
        packer.packRawStringHeader(text.length).writePayload(text);
      }
      case 5 -> packer.packBinaryHeader(2).writePayload(new byte[] {(byte) 0xc3, (byte) 0x28});
      case 6 -> packer.packExtensionTypeHeader((byte) 5, 3).writePayload(new byte[3]);
      case 7 -> {
        int elements = random.nextInt(4);
        packer.packArrayHeader(elements);
        for (int i = 0; i < elements; i++) {
          value(packer, random, depth + 1);
        }
      }
      default -> {
        int entries = random.nextInt(4);
        packer.packMapHeader(entries);
        for (int i = 0; i < 2 * entries; i++) { // keys may be anything too
          value(packer, random, depth + 1);
        }
      }
    }
  }

  private static byte[] mutated(byte[] bytes, Random random) {
    byte[] copy = bytes.clone();
    for (int i = random.nextInt(4); i > 0 && copy.length > 0; i--) {
      copy[random.nextInt(copy.length)] = (byte) random.nextInt(256);
    }
    return random.nextInt(3) == 0 ? Arrays.copyOf(copy, random.nextInt(copy.length + 20)) : copy;
  }

  @Property(tries = 3000)
  void theScannerEndsWhereMsgpackCoreEnds(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    byte[] bytes = mutated(message(random), random);
    int end;
    try {
      end = new MsgPackScanner(MAX_BYTES).scan(bytes, bytes.length);
    } catch (MalformedForwardException e) {
      // the limits are ours alone; anything else must be malformed for others too
      if (e.reason().equals("msgpack")) {
        assertThatThrownBy(() -> skip(bytes)).isInstanceOf(MessagePackException.class);
      }
      return;
    }
    if (end < 0) {
      assertThatThrownBy(() -> skip(bytes)).isInstanceOf(MessagePackException.class);
    } else {
      assertThat(skip(bytes)).isEqualTo(end);
    }
  }

  private static long skip(byte[] bytes) throws IOException {
    try (MessageUnpacker unpacker = MessagePack.newDefaultUnpacker(bytes)) {
      unpacker.skipValue();
      return unpacker.getTotalReadBytes();
    }
  }

  @Property(tries = 3000)
  void whateverComesOutIsOtlp(@ForAll long seed) {
    Random random = new Random(seed);
    byte[] bytes = mutated(message(random), random);
    ByteBuf acks = Unpooled.buffer();
    ForwardTranscoder transcoder = ForwardTranscoder.current();
    transcoder.begin(
        1,
        MAX_BYTES,
        CollectorMetrics.NOOP,
        (payload, items) -> assertThat(items).isEqualTo(records(ByteString.copyFrom(payload))));
    MsgPackScanner scanner = new MsgPackScanner(MAX_BYTES);
    try {
      int at = 0;
      for (int end; (end = scanner.scan(bytes, bytes.length)) > at; at = end) {
        scanner.reset(end);
        transcoder.message(bytes, at, end, acks);
      }
    } catch (MalformedForwardException e) {
      assertThat(e.reason()).isNotBlank();
    }
    transcoder.end();
  }

  /** Protobuf refuses strings that are not UTF-8, too. */
  private static int records(ByteString payload) {
    try {
      return ExportLogsServiceRequest.parseFrom(payload).getResourceLogsList().stream()
          .flatMap(resource -> resource.getScopeLogsList().stream())
          .mapToInt(scope -> scope.getLogRecordsCount())
          .sum();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "92a161c640000000, size", // bin32 of 1 GiB
    "92a161dbffffffff, size", // str32 of 4 GiB
    "92a161ddffffffff, size", // array32
    "92a161dfffffffff, size", // map32: twice as many values
    "92a161c9ffffffff00, size", // ext32
    "92a161c1, msgpack",
  })
  void aClaimIsRefusedBeforeItsBytesCome(String hex, String reason) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    assertThatThrownBy(() -> new MsgPackScanner(16 << 20).scan(bytes, bytes.length))
        .isInstanceOfSatisfying(
            MalformedForwardException.class, e -> assertThat(e.reason()).isEqualTo(reason));
  }

  @ParameterizedTest
  @CsvSource({"91", "81", "dc0001", "dd00000001", "de0001", "df00000001"})
  void depthBombIsRefused(String opening) {
    byte[] bomb = HexFormat.of().parseHex(opening.repeat(100_000));
    assertThatThrownBy(() -> new MsgPackScanner(16 << 20).scan(bomb, bomb.length))
        .isInstanceOfSatisfying(
            MalformedForwardException.class, e -> assertThat(e.reason()).isEqualTo("depth"));
  }
}
