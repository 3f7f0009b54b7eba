package io.vigia.collector.config;

import org.jspecify.annotations.Nullable;

/**
 * The place of a setting.
 *
 * @param file the file's name as the user gave it, or {@code (defaults)}
 * @param line from 1; 0 when the setting is a default
 * @param column from 1; 0 when the setting is a default
 * @param path the setting's dotted path, e.g. {@code receivers.otlp.grpc}
 */
public record Where(String file, int line, int column, String path) {
  static final String DEFAULTS = "(defaults)";

  /**
   * Always equal: where a setting stands makes no difference to what it says, so that two
   * configurations that say the same are equal.
   */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Where;
  }

  @Override
  public int hashCode() {
    return 0;
  }

  @Override
  public String toString() {
    return line == 0 ? path : file + ":" + line + ":" + column + ": " + path;
  }
}
