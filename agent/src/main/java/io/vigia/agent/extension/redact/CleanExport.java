package io.vigia.agent.extension.redact;

import io.opentelemetry.sdk.common.CompletableResultCode;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.export.Parts;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;

/**
 * Exports what was cleaned, in requests that are not too long. Throws nothing: an error that comes
 * out of an exporter, such as memory that ran out for a moment, ends the SDK's thread and with it
 * all that would be exported later.
 */
final class CleanExport {

  /**
   * @param stream names the items in the counts of what was lost
   * @param size of an item, in bytes
   */
  static <T> CompletableResultCode of(
      String stream,
      Collection<T> items,
      UnaryOperator<T> cleaning,
      ToLongFunction<? super T> size,
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
      return Parts.export(clean, size, part -> harmlessly(stream, part, next));
    } catch (Throwable e) {
      return Exports.failed(stream, items.size(), e);
    }
  }

  private static <T> CompletableResultCode harmlessly(
      String stream, Collection<T> part, Function<Collection<T>, CompletableResultCode> next) {
    try {
      return next.apply(part);
    } catch (Throwable e) {
      return Exports.failed(stream, part.size(), e);
    }
  }

  private CleanExport() {}
}
