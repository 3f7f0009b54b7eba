package io.vigia.collector.core;

import java.util.Locale;

/** The three kinds of telemetry. Each has a disk log of its own. */
public enum Signal {
  /** Items are spans. */
  TRACES,
  /** Items are data points. */
  METRICS,
  /** Items are log records. */
  LOGS;

  private final String id = name().toLowerCase(Locale.ROOT);

  /**
   * The name in configuration, directories and metric labels: {@code traces}, {@code metrics},
   * {@code logs}.
   */
  public String id() {
    return id;
  }
}
