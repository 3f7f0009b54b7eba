package io.vigia.collector.otlp;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Turns an {@link ExportBatch} into OTLP requests of bounded size: records merged, unwanted items
 * left out, {@code Envelope.attributes} merged into each resource that lacks the key. Records that
 * are wanted as they are, are copied as they are (protobuf concatenation merges repeated fields).
 *
 * <p>Use once per batch. Not thread-safe.
 */
public final class OtlpSlicer {
  /**
   * One request.
   *
   * @param pieces its protobuf bytes, each between position and limit, with accessible arrays; as
   *     many of them as can be are the records' own payloads. Not to be written, positions not to
   *     be moved
   * @param items how many items are in it
   * @param firstEntry index into the batch's entries of the first of {@code entries}
   * @param entries what is in it: consecutive entries, each with exactly the items that are here
   */
  public record Part(
      List<ByteBuffer> pieces, int items, int firstEntry, List<ExportBatch.Entry> entries) {
    /** How long it is. */
    public int bytes() {
      return pieces.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    /** All of it in one piece, copied when it is in several; with an accessible array. */
    public ByteBuffer request() {
      if (pieces.size() == 1) {
        return pieces.get(0).duplicate();
      }
      ByteBuffer whole = ByteBuffer.allocate(bytes());
      pieces.forEach(piece -> whole.put(piece.duplicate()));
      return whole.flip();
    }
  }

  private final ExportBatch batch;
  private final int maxBytes;
  private final List<Part> parts = new ArrayList<>();
  private final OtlpItems walk = new OtlpItems();
  private final GroupWriter groups;
  private List<ByteBuffer> pieces = new ArrayList<>();
  private int piecesBytes;

  /** What comes after the pieces. */
  private ProtoWriter out = new ProtoWriter(1024);

  private List<ExportBatch.Entry> entries = new ArrayList<>();
  private int firstEntry;
  private int items;

  private OtlpSlicer(ExportBatch batch, int maxBytes) {
    this.batch = batch;
    this.maxBytes = maxBytes;
    this.groups = new GroupWriter(batch.signal() == Signal.METRICS);
  }

  /** The whole batch as one request, whatever its size. */
  public static Part merge(ExportBatch batch) {
    List<Part> parts = slice(batch, Integer.MAX_VALUE);
    return parts.isEmpty() ? new Part(List.of(), 0, 0, List.of()) : parts.get(0);
  }

  /**
   * The batch as requests of at most {@code maxBytes} each; a single larger item still comes,
   * alone.
   */
  public static List<Part> slice(ExportBatch batch, int maxBytes) {
    return new OtlpSlicer(batch, maxBytes).run();
  }

  private List<Part> run() {
    for (int i = 0; i < batch.entries().size(); i++) {
      ExportBatch.Entry entry = batch.entries().get(i);
      LogRecord record = entry.record();
      int length = record.payload().remaining();
      boolean whole =
          entry.wanted() == null && record.envelope().attributes().isEmpty() && length <= maxBytes;
      if (whole) {
        if (length > maxBytes - size()) {
          flush();
        }
        copy(i, entry);
      } else {
        pick(i, entry);
      }
    }
    flush();
    return parts;
  }

  private void copy(int index, ExportBatch.Entry entry) {
    add(index, entry, entry.record().items());
    endPiece();
    addPiece(entry.record().payload());
  }

  private void endPiece() {
    if (out.size() > 0) {
      addPiece(out.toByteBuffer());
      out = new ProtoWriter(1024);
    }
  }

  private void addPiece(ByteBuffer piece) {
    pieces.add(piece);
    piecesBytes += piece.remaining();
  }

  private int size() {
    return piecesBytes + out.size();
  }

  private void pick(int index, ExportBatch.Entry entry) {
    LogRecord record = entry.record();
    walk.reset(record);
    groups.reset(record.envelope().attributes());
    BitSet here = new BitSet();
    boolean all = true;
    while (walk.next()) {
      groups.moved(walk);
      if (!entry.wants(walk.index())) {
        all = false;
        continue;
      }
      if (groups.cost(walk) > maxBytes - size() && (size() > 0 || !here.isEmpty())) {
        groups.close(out);
        if (!here.isEmpty()) {
          add(index, new ExportBatch.Entry(record, here), here.cardinality());
          here = new BitSet();
          all = false;
        }
        flush();
      }
      groups.write(walk, out);
      here.set(walk.index());
    }
    groups.close(out);
    if (!here.isEmpty()) {
      add(index, all ? entry : new ExportBatch.Entry(record, here), here.cardinality());
    }
  }

  private void add(int index, ExportBatch.Entry entry, int count) {
    if (entries.isEmpty()) {
      firstEntry = index;
    }
    entries.add(entry);
    items += count;
  }

  private void flush() {
    if (entries.isEmpty()) {
      return;
    }
    endPiece();
    parts.add(new Part(pieces, items, firstEntry, entries));
    pieces = new ArrayList<>();
    piecesBytes = 0;
    entries = new ArrayList<>();
    items = 0;
  }
}
