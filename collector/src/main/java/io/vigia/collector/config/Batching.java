package io.vigia.collector.config;

import org.jspecify.annotations.Nullable;

/**
 * What goes into one request, and how many requests are on their way at once. Null = the
 * destination's own default.
 *
 * @param maxBytes of the data as it came, before it is written in the destination's format
 * @param maxAgeMillis how long a request waits to be filled
 * @param inFlight per signal
 */
public record Batching(
    @Nullable Integer maxBytes, @Nullable Integer maxAgeMillis, @Nullable Integer inFlight) {
  private static final long MOST_BYTES = 16 << 20;

  /**
   * @param parallel whether the destination takes requests side by side
   */
  static Batching read(Section section, boolean parallel) throws ConfigException {
    Section batch = section.section("batch");
    long maxBytes = batch.sizeBytes("maxBytes", 0);
    if (batch.has("maxBytes") && (maxBytes < 1024 || maxBytes > MOST_BYTES)) {
      throw new ConfigException(batch.at("maxBytes"), "must be from 1KiB to 16MiB");
    }
    long maxAgeMillis = batch.durationMillis("maxAge", 0);
    if (maxAgeMillis > 60_000) {
      throw new ConfigException(batch.at("maxAge"), "must be at most 1m");
    }
    long inFlight = parallel ? section.count("inFlight", 0, 1, 64) : 0;
    Batching read =
        new Batching(
            batch.has("maxBytes") ? (int) maxBytes : null,
            batch.has("maxAge") ? (int) maxAgeMillis : null,
            inFlight == 0 ? null : (int) inFlight);
    batch.finish();
    return read;
  }
}
