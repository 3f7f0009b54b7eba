package io.vigia.collector.store;

import io.vigia.collector.otlp.JsonText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A statement being put together: text and parameters stay in step. Values of people never get into
 * the text.
 */
final class Sql {
  private final StringBuilder text = new StringBuilder();
  private final List<Object> parameters = new ArrayList<>();

  Sql add(String sql, Object... values) {
    text.append(sql).append(' ');
    Collections.addAll(parameters, values);
    return this;
  }

  /** A comma separated list in parentheses. */
  Sql in(Collection<?> values) {
    text.append('(').append(String.join(",", Collections.nCopies(values.size(), "?"))).append(") ");
    parameters.addAll(values);
    return this;
  }

  Sql andTime(String column, TimeRange range) {
    return add(
        "AND " + column + " >= ? AND " + column + " < ?", range.fromNanos(), range.toNanos());
  }

  Sql andEquals(String column, @Nullable String value) {
    return value == null ? this : add("AND " + column + " = ?", value);
  }

  Sql andTrace(String column, @Nullable String traceId) {
    if (traceId == null) {
      return this;
    }
    UUID id = Row.parseTraceId(traceId);
    if (id == null) {
      throw new IllegalArgumentException("a trace id has up to 32 hexadecimal digits");
    }
    return add("AND " + column + " = ?", id);
  }

  /**
   * The filter holds for the item's own attributes or those of its resource.
   *
   * @param resources the dictionary, or null when the column {@code resource} is not there
   */
  Sql andAttribute(String column, AttributeFilter filter, @Nullable String resources) {
    add("AND (");
    contains(column, filter);
    if (resources != null) {
      add("OR resource IN (SELECT id FROM " + resources + " WHERE");
      contains("attributes", filter);
      add(")");
    }
    return add(")");
  }

  /** See {@link Schema}: attributes are compact JSON. */
  private void contains(String column, AttributeFilter filter) {
    String key = new JsonText().string(filter.key()).raw(':').toString();
    String value = filter.value();
    if (value == null) {
      add("contains(" + column + ", ?)", key);
      return;
    }
    add("(contains(" + column + ", ?)", key + new JsonText().string(value));
    if (isNumberOrWord(value)) {
      add(
          "OR contains(" + column + ", ?) OR contains(" + column + ", ?)",
          key + value + ",",
          key + value + "}");
    }
    add(")");
  }

  private static boolean isNumberOrWord(String value) {
    return value.equals("true")
        || value.equals("false")
        || value.equals("null")
        || value.matches("-?[0-9]+(\\.[0-9]+)?([eE]-?[0-9]+)?");
  }

  /** Text somewhere in one of two columns, any case. */
  Sql andText(String column, String other, @Nullable String value) {
    if (value == null) {
      return this;
    }
    String lower = value.toLowerCase(Locale.ROOT);
    // what is in JSON is escaped there
    String escaped = new JsonText().string(lower).toString();
    return add(
        "AND (contains(lower(" + column + "), ?) OR contains(lower(" + other + "), ?))",
        lower,
        escaped.substring(1, escaped.length() - 1));
  }

  String text() {
    return text.toString();
  }

  List<Object> parameters() {
    return parameters;
  }
}
