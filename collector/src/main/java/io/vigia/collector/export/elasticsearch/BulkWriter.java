package io.vigia.collector.export.elasticsearch;

import io.netty.buffer.ByteBuf;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.BodyWriter;
import io.vigia.collector.otlp.OtlpItems;
import java.util.Map;

/**
 * Writes the body of a {@code _bulk} request: for each wanted item an action line ({@code create}
 * with the item's {@link DocumentId}) and a document, straight from OTLP bytes. Source:
 * Elasticsearch reference, "Bulk API". Not thread-safe, reusable.
 */
final class BulkWriter implements AutoCloseable {
  private static final byte[] ACTION = JsonBuffer.ascii("{\"create\":{\"_id\":\"");
  private static final byte[] ACTION_END = JsonBuffer.ascii("\"}}\n");
  private static final int CACHED_RESOURCES = 64;

  private final BodyWriter body;
  private final OtlpItems items = new OtlpItems();
  private final AttributeNames names = new AttributeNames();
  private final DocumentWriter document = new DocumentWriter(names);
  private final ItemDocuments logs = new LogDocuments();
  private final ItemDocuments spans = new SpanDocuments();
  private final ResourceFields[] resources = new ResourceFields[CACHED_RESOURCES];
  private final byte[] action = new byte[ACTION.length + DocumentId.LENGTH + ACTION_END.length];

  /**
   * @param gzipLevel 0 for none
   */
  BulkWriter(int gzipLevel) {
    this.body = new BodyWriter(gzipLevel);
    System.arraycopy(ACTION, 0, action, 0, ACTION.length);
    System.arraycopy(ACTION_END, 0, action, ACTION.length + DocumentId.LENGTH, ACTION_END.length);
  }

  /**
   * The documents of all wanted items, in order. The caller releases the buffer. May be used again
   * when this threw.
   */
  ByteBuf write(ExportBatch batch) {
    try {
      for (ExportBatch.Entry entry : batch.entries()) {
        write(batch.signal(), entry);
      }
      return body.finish();
    } catch (RuntimeException | Error e) { // direct memory that ran out must not take more with it
      body.reset();
      throw e;
    }
  }

  private void write(Signal signal, ExportBatch.Entry entry) {
    LogRecord record = entry.record();
    ItemDocuments documents = signal == Signal.LOGS ? logs : spans;
    DocumentId.prefix(record.id(), action, ACTION.length);
    Map<String, String> intake = record.envelope().attributes();
    ResourceFields resource = null;
    items.reset(record);
    while (items.next()) {
      boolean forgotten = names.trim(); // first: of many requests each item has a new resource
      if (forgotten || items.newResource() || resource == null) {
        resource = resource(intake);
      }
      DocumentId.suffix(record.id(), items.index(), action, ACTION.length + 24);
      document.begin(action);
      documents.write(items, record.envelope(), document);
      if (entry.wants(items.index())) { // after write: it remembers the scope
        document.resource(resource);
        JsonBuffer lines = document.end();
        body.write(lines.array(), 0, lines.size());
      }
    }
  }

  private ResourceFields resource(Map<String, String> intake) {
    int hash = items.resource().contentHash() * 31 + intake.size();
    int slot = (hash ^ hash >>> 16) & CACHED_RESOURCES - 1;
    ResourceFields cached = resources[slot];
    if (cached == null || !cached.isOf(items.resource(), intake, names)) {
      cached = new ResourceFields(items.resource(), intake, names);
      resources[slot] = cached;
    }
    return cached;
  }

  boolean gzip() {
    return body.gzip();
  }

  @Override
  public void close() {
    body.close();
  }
}
