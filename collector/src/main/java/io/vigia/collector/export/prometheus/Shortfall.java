package io.vigia.collector.export.prometheus;

import io.vigia.collector.export.prometheus.Negotiation.Written;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what a receiver of remote write 2.0 says it did not write although it took the request:
 * first said in full, then at every doubling. Used by one batch at a time.
 */
final class Shortfall {
  private static final Logger log = LoggerFactory.getLogger(Shortfall.class);

  private final String url;
  private long samples;
  private long requests;

  Shortfall(String url) {
    this.url = url;
  }

  /**
   * @param sent samples and histograms of the request
   */
  void taken(int sent, Written written) {
    if (written.samples() < sent) {
      samples += sent - written.samples();
      if (Long.bitCount(++requests) == 1) {
        log.warn(
            "{} took a request but wrote {} of its {} samples; {} samples of {} requests so far",
            url,
            written.samples(),
            sent,
            samples,
            requests);
      }
    }
  }

  /** How many samples in all. */
  long samples() {
    return samples;
  }
}
