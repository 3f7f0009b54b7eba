package io.vigia.agent.boot;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one of upstream's settings as upstream does, before upstream is there. */
final class UpstreamSetting {

  static @Nullable String value(String property) {
    String value = System.getProperty(property);
    if (value == null || value.isEmpty()) {
      value = System.getenv(property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
    }
    return value == null || value.isEmpty() ? null : value;
  }

  private UpstreamSetting() {}
}
