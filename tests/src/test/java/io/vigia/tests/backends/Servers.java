package io.vigia.tests.backends;

import org.jspecify.annotations.Nullable;

/**
 * The Elasticsearch that all tests of a run share, because it takes 10 s to start. Whoever stops or
 * pauses it brings it back.
 */
public final class Servers {
  private static @Nullable Elasticsearch elasticsearch;

  private Servers() {}

  /** Running. Streams of earlier tests may be in it. */
  public static synchronized Elasticsearch elasticsearch() {
    Elasticsearch running = elasticsearch;
    if (running == null) {
      running = new Elasticsearch();
      running.start();
      elasticsearch = running;
    }
    return running;
  }
}
