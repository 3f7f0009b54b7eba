package io.vigia.collector.export.forward;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.net.BodyWriter;
import io.vigia.collector.otlp.OtlpItems;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One PackedForward message. Source: Forward Protocol Specification v1, "PackedForward Mode",
 * "CompressedPackedForward Mode".
 *
 * @param id what the acknowledgement must say: made of the first record's id, so that the same data
 *     has the same one when it is sent again
 * @param message the whole MessagePack value, between position and limit; not to be changed
 * @param entries what is in it, each with exactly the items that are
 */
record Chunk(String id, ByteBuffer message, List<ExportBatch.Entry> entries) {
  /** Well below the 16 MiB of our receiver; a single larger event still comes, alone. */
  private static final int MAX_BYTES = 4 << 20;

  /** The batch as chunks. */
  static List<Chunk> of(ExportBatch batch, String tag, boolean gzip) {
    return of(batch, tag, gzip, MAX_BYTES);
  }

  static List<Chunk> of(ExportBatch batch, String tag, boolean gzip, int maxBytes) {
    return new Cutter(batch, tag, gzip, maxBytes).run();
  }

  private static final class Cutter {
    private final ExportBatch batch;
    private final String tag;
    private final boolean gzip;
    private final int maxBytes;
    private final MsgPackWriter out = new MsgPackWriter(64 << 10);
    private final EventWriter events = new EventWriter(out);
    private final OtlpItems items = new OtlpItems();
    private final List<Chunk> chunks = new ArrayList<>();
    private List<ExportBatch.Entry> entries = new ArrayList<>();
    private BitSet inChunk = new BitSet();
    private int count;
    private int firstItem;

    Cutter(ExportBatch batch, String tag, boolean gzip, int maxBytes) {
      this.batch = batch;
      this.tag = tag;
      this.gzip = gzip;
      this.maxBytes = maxBytes;
    }

    List<Chunk> run() {
      for (ExportBatch.Entry entry : batch.entries()) {
        LogRecord record = entry.record();
        items.reset(record);
        while (items.next()) {
          boolean wanted = entry.wants(items.index());
          events.write(items, record.envelope(), wanted);
          if (!wanted) {
            continue;
          }
          if (count++ == 0) {
            firstItem = items.index();
          }
          inChunk.set(items.index());
          if (out.size() >= maxBytes) {
            endRecord(record);
            flush();
          }
        }
        endRecord(record);
      }
      flush();
      return chunks;
    }

    private void endRecord(LogRecord record) {
      if (!inChunk.isEmpty()) {
        boolean whole = inChunk.cardinality() == record.items();
        entries.add(new ExportBatch.Entry(record, whole ? null : inChunk));
        inChunk = new BitSet();
      }
    }

    private void flush() {
      if (count == 0) {
        return;
      }
      RecordId first = entries.get(0).record().id();
      String id =
          "%016x-%d-%d-%d-%d"
              .formatted(first.logId(), first.epoch(), first.sequence(), firstItem, count);
      chunks.add(new Chunk(id, message(id), entries));
      entries = new ArrayList<>();
      out.clear();
      count = 0;
    }

    /** {@code [tag, bin, {"chunk": id, "size": events, "compressed": "gzip"}]}. */
    private ByteBuffer message(String id) {
      byte[] packed = gzip ? gzip() : out.array();
      int length = gzip ? packed.length : out.size();
      MsgPackWriter message = new MsgPackWriter(length + tag.length() * 3 + 128);
      message.array(3);
      message.string(tag);
      message.binary(packed, 0, length);
      message.map(gzip ? 3 : 2);
      message.string("chunk");
      message.string(id);
      message.string("size");
      message.integer(count);
      if (gzip) {
        message.string("compressed");
        message.string("gzip");
      }
      return ByteBuffer.wrap(message.array(), 0, message.size());
    }

    private byte[] gzip() {
      ByteBuf body = BodyWriter.gzip(Unpooled.wrappedBuffer(out.array(), 0, out.size()), 1);
      byte[] bytes = new byte[body.readableBytes()];
      body.readBytes(bytes).release();
      return bytes;
    }
  }
}
