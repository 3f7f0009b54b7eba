package io.vigia.collector.store;

import org.jspecify.annotations.Nullable;

/**
 * A condition on an attribute of the item or of its resource.
 *
 * @param key the attribute's name, exact
 * @param value its value as text, exact; null when any value will do
 */
public record AttributeFilter(String key, @Nullable String value) {
  /** Reads {@code key=value} or {@code key}. */
  public static AttributeFilter parse(String text) {
    int equals = text.indexOf('=');
    AttributeFilter filter =
        equals < 0
            ? new AttributeFilter(text.strip(), null)
            : new AttributeFilter(
                text.substring(0, equals).strip(), text.substring(equals + 1).strip());
    if (filter.key.isEmpty()) {
      throw new IllegalArgumentException("an attribute filter reads key=value or key");
    }
    return filter;
  }
}
