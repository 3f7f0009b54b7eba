package io.vigia.agent.extension.redact;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.extension.export.Exports;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Exports what was cleaned. Throws nothing: an error that comes out of an exporter, such as memory
 * that ran out for a moment, ends the SDK's thread and with it all that would be exported later.
 */
final class CleanExport {

  /**
   * @param stream names the items in the counts of what was lost
   */
  static <T> CompletableResultCode of(
      String stream,
      Collection<T> items,
      UnaryOperator<T> cleaning,
      Function<Collection<T>, CompletableResultCode> next) {
    try {
      List<T> clean = new ArrayList<>(items.size());
      for (T item : items) {
        try {
          clean.add(cleaning.apply(item));
        } catch (RuntimeException e) { // what cannot be looked at does not leave, nor costs others
          Exports.failed(stream, 1, e);
        }
      }
      return next.apply(clean);
    } catch (Throwable e) {
      return Exports.failed(stream, items.size(), e);
    }
  }

  private CleanExport() {}
}
