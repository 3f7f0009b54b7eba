package io.vigia.collector.store;

import org.jspecify.annotations.Nullable;

/**
 * How large an answer has grown. Limits on rows are not enough: a body may have megabytes, and the
 * heap that it would be put together in is also that of the intake. Not thread-safe.
 */
final class AnswerSize {
  /** As text, as JSON and compressed it is in memory at the same time, some of it twice. */
  static final long MAX_CHARS = 16L << 20;

  private long chars;

  /** Counts the texts of a row; false when no more rows are to follow. */
  boolean add(@Nullable String... texts) {
    for (String text : texts) {
      chars += text == null ? 0 : text.length();
    }
    return !isFull();
  }

  boolean isFull() {
    return chars >= MAX_CHARS;
  }
}
