package io.vigia.collector.store;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import java.io.IOException;

/**
 * Puts records into the store. Blocking; one caller at a time (of any thread).
 *
 * <ul>
 *   <li>When {@link #write} returns, every record it calls delivered is on disk (committed and
 *       fsynced) and visible to {@link StoreReader}s.
 *   <li>A record goes in whole or not at all.
 *   <li>A record whose {@link io.vigia.collector.core.RecordId} is not above the highest one stored
 *       of its log is there already: it is skipped and its items are counted as duplicates, also
 *       after a crash and a restart. So records must come in log order.
 *   <li>A record that is not OTLP is refused ({@code malformed}); its neighbours are stored.
 * </ul>
 */
public interface StoreWriter {
  /**
   * @throws IOException nothing of what the exception interrupted was stored; writing it again is
   *     right
   */
  ExportResult write(ExportBatch batch) throws IOException;
}
