package io.vigia.agent.extension.resource;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Asks upstream's detector, which knows where Spring Boot looks for {@code
 * spring.application.name}. By reflection, because it is in no published library. It gives the name
 * as it is written; {@code ${APP_NAME:orders}} is {@code orders} for Spring, and here.
 */
final class SpringName {

  private static final String DETECTOR =
      "io.opentelemetry.instrumentation.spring.resources.SpringBootServiceNameDetector";

  static @Nullable String find(ConfigProperties config) {
    try {
      ResourceProvider detector =
          (ResourceProvider) Class.forName(DETECTOR).getDeclaredConstructor().newInstance();
      String written =
          detector.createResource(config).getAttribute(AttributeKey.stringKey("service.name"));
      return written == null ? null : resolved(written, System::getProperty, System::getenv);
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // a newer upstream may move it; the next source of a name is asked
      return null;
    }
  }

  /**
   * With a value for each placeholder, as far as they are properties of the JVM, variables or
   * defaults.
   *
   * @return {@code null} when there is none, or nothing: a part of a name is none
   */
  static @Nullable String resolved(
      String written,
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> env) {
    StringBuilder name = new StringBuilder();
    int at = 0;
    for (int begin = written.indexOf("${"); begin >= 0; begin = written.indexOf("${", at)) {
      int end = endOf(written, begin);
      String value = end < 0 ? null : value(written.substring(begin + 2, end), properties, env);
      if (value == null) {
        return null;
      }
      name.append(written, at, begin).append(value);
      at = end + 1;
    }
    name.append(written.substring(at));
    String trimmed = name.toString().trim();
    // of Maven, where the build did not replace it
    return trimmed.isEmpty() || trimmed.matches("@[\\w.-]+@") ? null : trimmed;
  }

  /** The default may have placeholders, too. */
  private static int endOf(String written, int begin) {
    int open = 0;
    for (int i = begin; i < written.length(); i++) {
      if (written.startsWith("${", i)) {
        open++;
      } else if (written.charAt(i) == '}' && --open == 0) {
        return i;
      }
    }
    return -1;
  }

  private static @Nullable String value(
      String placeholder,
      Function<String, @Nullable String> properties,
      Function<String, @Nullable String> env) {
    int colon = placeholder.indexOf(':');
    String key = colon < 0 ? placeholder : placeholder.substring(0, colon);
    String value = properties.apply(key);
    if (value == null) {
      value = env.apply(key);
    }
    if (value == null) { // Spring Boot, "Binding From Environment Variables"
      value = env.apply(key.toUpperCase(Locale.ROOT).replace('.', '_').replace("-", ""));
    }
    return value == null && colon >= 0
        ? resolved(placeholder.substring(colon + 1), properties, env)
        : value;
  }

  private SpringName() {}
}
