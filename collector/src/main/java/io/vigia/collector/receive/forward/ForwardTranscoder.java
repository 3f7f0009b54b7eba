package io.vigia.collector.receive.forward;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.FastThreadLocal;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Signal;
import io.vigia.collector.otlp.ProtoWriter;
import io.vigia.collector.otlp.Slice;
import io.vigia.collector.receive.DecompressException;
import io.vigia.collector.receive.Gunzip;
import io.vigia.collector.receive.Unzstd;
import io.vigia.collector.receive.forward.MsgPackReader.Type;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Turns forward messages into OTLP log requests of about {@value #PART_BYTES} bytes. The same input
 * gives the same parts, so that a part that was refused can be made again. One per event loop.
 */
final class ForwardTranscoder {
  /** Takes what was transcoded. */
  interface Sink {
    /**
     * @param payload valid during the call
     */
    void part(ByteBuffer payload, int items);
  }

  /** With what the last event puts on top they fit into the memory that the log stages them in. */
  private static final int PART_BYTES = 384 << 10;

  private static final int MAX_KEPT_BYTES = 1 << 20;
  private static final byte[] ACK = {(byte) 0x81, (byte) 0xa3, 'a', 'c', 'k'};
  private static final FastThreadLocal<ForwardTranscoder> TRANSCODER =
      new FastThreadLocal<>() {
        @Override
        protected ForwardTranscoder initialValue() {
          return new ForwardTranscoder();
        }
      };

  private final MsgPackReader outer = new MsgPackReader();
  private final MsgPackReader in = new MsgPackReader();
  private final ProtoWriter out = new ProtoWriter(64 << 10);
  private final LogWriter logs = new LogWriter(in, out);
  private final Gunzip gunzip = new Gunzip();
  private final Slice tag = new Slice();
  private final Slice chunk = new Slice();
  private final Slice compressed = new Slice();
  private long fluentSignal;
  private long observedNanos;
  private int maxBytes;
  private @Nullable MalformedForwardException broken;
  private CollectorMetrics metrics = CollectorMetrics.NOOP;
  private Sink sink = (payload, items) -> {};

  static ForwardTranscoder current() {
    return TRANSCODER.get();
  }

  /**
   * Begins a round of messages.
   *
   * @param maxBytes of one decompressed chunk
   */
  void begin(long observedNanos, int maxBytes, CollectorMetrics metrics, Sink sink) {
    out.clear(MAX_KEPT_BYTES);
    logs.reset();
    this.observedNanos = observedNanos;
    this.maxBytes = maxBytes;
    this.metrics = metrics;
    this.sink = sink;
  }

  /** Hands out the last part. */
  void end() {
    part(1);
  }

  /**
   * Transcodes one whole message.
   *
   * @param acks gets the answer that is due once everything is stored
   * @throws MalformedForwardException when it is no forward message; nothing of it that was not yet
   *     handed out will be
   */
  void message(byte[] array, int from, int to, ByteBuf acks) {
    broken = null;
    outer.reset(array, from, to);
    Type type = outer.next();
    if (type != Type.ARRAY) {
      if (type != Type.NIL) { // nil is a heartbeat
        metrics.malformed(ForwardReceiver.NAME, "not_array");
      }
      return;
    }
    int elements = outer.length();
    outer.next();
    if (elements < 2 || !outer.isText()) {
      throw new MalformedForwardException("message", "no tag");
    }
    logs.tag(outer.slice(tag));
    int second = outer.position();
    outer.next();
    boolean single =
        outer.type() == Type.INT || outer.type() == Type.EXT || outer.type() == Type.FLOAT;
    outer.skipRest();
    if (single && elements > 2) {
      outer.skip();
    }
    options(array, elements > (single ? 3 : 2));
    outer.position(second);
    if (fluentSignal != 0) {
      // Fluent Bit's own encoding of metrics and traces; asking for it again would not help
      metrics.refused(
          ForwardReceiver.NAME,
          fluentSignal == 1 ? Signal.METRICS : Signal.TRACES,
          "unsupported_signal",
          1); // as one: nobody reads how many there are
    } else if (single) {
      in.reset(array, second, to);
      timeAndRecord(elements >= 3);
    } else {
      entries(array, to);
    }
    if (!chunk.isEmpty()) {
      acks.writeBytes(ACK).writeBytes(chunk.array(), chunk.offset(), chunk.length());
    }
  }

  /** What is wrong with the entries of the last message from some place on; null for nothing. */
  @Nullable MalformedForwardException broken() {
    return broken;
  }

  private void options(byte[] array, boolean present) {
    chunk.clear();
    compressed.clear();
    fluentSignal = 0;
    if (!present) {
      return;
    }
    outer.next();
    int entries = outer.type() == Type.MAP ? outer.length() : 0;
    Slice key = new Slice();
    for (int i = 0; i < entries; i++) {
      outer.next();
      boolean text = outer.isText();
      outer.slice(key);
      outer.skipRest();
      int valueAt = outer.position();
      outer.next();
      if (text && key.contentEquals("chunk") && outer.isText()) {
        chunk.set(array, valueAt, outer.position() - valueAt);
      } else if (text && key.contentEquals("compressed") && outer.isText()) {
        outer.slice(compressed);
      } else if (text && key.contentEquals("fluent_signal") && outer.type() == Type.INT) {
        fluentSignal = outer.longValue();
      }
      outer.skipRest();
    }
  }

  private void entries(byte[] array, int to) {
    switch (outer.next()) {
      case ARRAY -> {
        int count = outer.length();
        in.reset(array, outer.position(), to);
        for (int i = 0; i < count; i++) {
          entry();
        }
      }
      case STRING, BINARY -> packed();
      default -> throw new MalformedForwardException("message", "neither time nor entries");
    }
  }

  private void packed() {
    logs.close(); // what is open may belong to another array
    try {
      if (compressed.contentEquals("gzip")) {
        int size = gunzip.run(outer.array(), outer.offset(), outer.length(), maxBytes);
        in.reset(gunzip.array(), 0, size);
      } else if (compressed.contentEquals("zstd")) {
        byte[] plain = Unzstd.run(outer.array(), outer.offset(), outer.length(), maxBytes);
        in.reset(plain, 0, plain.length);
      } else {
        in.reset(outer.array(), outer.offset(), outer.offset() + outer.length());
      }
    } catch (DecompressException e) {
      throw new MalformedForwardException(e.reason(), String.valueOf(e.getMessage()));
    }
    packedEntries();
    logs.close();
  }

  /**
   * Reads entries up to the first one that is broken: a sender that died while it wrote its buffer
   * sends the rest of it for ever, and holds back what comes after, until it is acknowledged.
   */
  private void packedEntries() {
    int mark = out.size();
    int items = logs.items();
    boolean some = false;
    int from = in.position(); // where the part that is not handed out yet begins
    int whole = from;
    try {
      while (!in.atEnd()) {
        if (entry()) {
          mark = items = 0;
          some = true;
          from = in.position();
        }
        whole = in.position();
      }
    } catch (MalformedForwardException e) {
      some |= logs.items() > items;
      out.truncate(mark);
      logs.reset(items);
      if (!some) {
        throw e; // perhaps it is no chunk at all
      }
      in.reset(in.array(), from, whole);
      while (!in.atEnd()) {
        entry();
      }
      broken = e;
    }
  }

  /** Returns whether a part was handed out. */
  private boolean entry() {
    if (in.next() != Type.ARRAY || in.length() < 2) {
      in.skipRest();
      metrics.malformed(ForwardReceiver.NAME, "entry");
      return false;
    }
    int elements = in.length();
    timeAndRecord(true);
    for (int i = 2; i < elements; i++) {
      in.skip();
    }
    return part(PART_BYTES);
  }

  private void timeAndRecord(boolean hasRecord) {
    long time;
    int metadata = -1;
    if (in.next() == Type.ARRAY) { // v1.5: [time, {metadata}]
      int elements = in.length();
      time = 0;
      for (int i = 0; i < elements; i++) {
        if (i == 0) {
          in.next();
          time = EventTime.read(in);
        } else {
          int at = in.position();
          in.next();
          if (i == 1 && in.type() == Type.MAP && in.length() > 0) {
            metadata = at;
          }
          in.skipRest();
        }
      }
    } else {
      time = EventTime.read(in);
    }
    if (!hasRecord || in.next() != Type.MAP) {
      in.skipRest();
      metrics.malformed(ForwardReceiver.NAME, "record");
    } else if (time == EventTime.GROUP_MARKER) {
      in.skipRest();
    } else {
      logs.event(time, observedNanos, in.length(), metadata);
    }
  }

  private boolean part(int minBytes) {
    if (logs.items() == 0 || out.size() < minBytes) {
      return false;
    }
    int items = logs.items();
    logs.close();
    sink.part(out.toByteBuffer(), items);
    out.clear(MAX_KEPT_BYTES);
    logs.reset();
    return true;
  }
}
