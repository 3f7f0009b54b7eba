package io.vigia.agent.extension.export;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * Cuts an export into requests that are taken: gRPC servers, and Vigía's collector by HTTP too,
 * refuse one of more than 4 MiB for good, and all that is in it. The SDK counts items only, and a
 * few hundred spans with stack traces are more.
 */
public final class Parts {

  /** As {@link Footprint} counts, for which a character is one byte; in UTF-8 it may be three. */
  static final long MAX_BYTES = OtlpGrpcTransport.SERVERS_LIMIT_BYTES / 3;

  /**
   * Exports all items, in their order. One that is too long by itself goes alone.
   *
   * @param size bytes of an item
   * @param next takes the items of one request
   */
  public static <T> CompletableResultCode export(
      Collection<T> items,
      ToLongFunction<? super T> size,
      Function<Collection<T>, CompletableResultCode> next) {
    List<CompletableResultCode> results = new ArrayList<>();
    List<T> part = new ArrayList<>(items.size());
    long bytes = 0;
    for (T item : items) {
      long more = size.applyAsLong(item);
      if (!part.isEmpty() && bytes + more > MAX_BYTES) {
        results.add(next.apply(part));
        part = new ArrayList<>();
        bytes = 0;
      }
      part.add(item);
      bytes += more;
    }
    results.add(next.apply(part));
    return results.size() == 1 ? results.get(0) : CompletableResultCode.ofAll(results);
  }

  private Parts() {}
}
