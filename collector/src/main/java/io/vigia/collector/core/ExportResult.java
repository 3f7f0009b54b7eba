package io.vigia.collector.core;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of each wanted item of an {@link ExportBatch}. Every wanted item is delivered unless
 * it is named in {@code refused} or {@code retry}.
 *
 * @param duplicates how many of the delivered items the backend had already (Elasticsearch 409)
 * @param refused items the backend will never take as they are
 * @param retry items to send again later; others of the same batch are done
 * @param retryAfterMillis how long the backend asked to wait, or 0 when it did not say
 * @param retryReason one line for the log and the page, e.g. {@code 503 from http://…/_bulk}; null
 *     when nothing is to be retried
 */
public record ExportResult(
    int duplicates,
    List<Refused> refused,
    List<ExportBatch.Entry> retry,
    long retryAfterMillis,
    @Nullable String retryReason) {

  /**
   * One refused item.
   *
   * @param entry index into {@link ExportBatch#entries()}
   * @param item index of the item within its record, or -1 for all wanted items of the record
   * @param reason a short stable word for metric labels, e.g. {@code mapping}, {@code too_old}
   * @param detail the backend's own words, one line
   */
  public record Refused(int entry, int item, String reason, String detail) {}

  private static final ExportResult DELIVERED = new ExportResult(0, List.of(), List.of(), 0, null);

  /** Everything was delivered. */
  public static ExportResult delivered() {
    return DELIVERED;
  }

  /** Nothing was delivered; all of it is to be sent again. */
  public static ExportResult retryAll(ExportBatch batch, String reason, long retryAfterMillis) {
    return new ExportResult(0, List.of(), batch.entries(), retryAfterMillis, reason);
  }

  /**
   * The backend refused the request as a whole and for good (400, INVALID_ARGUMENT). The dispatcher
   * splits the batch to find the offending record and asks again for its neighbours.
   */
  public static ExportResult refusedAll(ExportBatch batch, String reason, String detail) {
    List<Refused> all = new java.util.ArrayList<>(batch.entries().size());
    for (int i = 0; i < batch.entries().size(); i++) {
      all.add(new Refused(i, -1, reason, detail));
    }
    return new ExportResult(0, all, List.of(), 0, null);
  }
}
