package io.vigia.collector.config;

import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Expands {@code ${NAME}} and {@code ${NAME:-default}}; {@code $$} is a plain dollar sign. */
final class Environment {
  private static final Pattern REFERENCE =
      Pattern.compile("\\$\\$|\\$\\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?}");

  private final Function<String, @Nullable String> lookup;

  Environment(Function<String, @Nullable String> lookup) {
    this.lookup = lookup;
  }

  String expand(String text, Where where) throws ConfigException {
    Matcher matcher = REFERENCE.matcher(text);
    StringBuilder expanded = new StringBuilder();
    while (matcher.find()) {
      matcher.appendReplacement(expanded, Matcher.quoteReplacement(value(matcher, where)));
    }
    return matcher.appendTail(expanded).toString();
  }

  private String value(Matcher matcher, Where where) throws ConfigException {
    String name = matcher.group(1);
    if (name == null) {
      return "$";
    }
    String value = lookup.apply(name);
    String otherwise = matcher.group(2);
    // like a shell's ":-": unset or empty
    if (value != null && !(value.isEmpty() && otherwise != null)) {
      return value;
    }
    if (otherwise == null) {
      throw new ConfigException(
          where,
          "the environment variable "
              + name
              + " is not set; set it, or give a default: ${"
              + name
              + ":-value}");
    }
    return otherwise;
  }
}
