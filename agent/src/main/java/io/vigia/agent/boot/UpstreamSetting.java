package io.vigia.agent.boot;

import java.security.AccessController;
import java.security.PrivilegedAction;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads one of upstream's settings as upstream does, before upstream is there. */
public final class UpstreamSetting {

  static @Nullable String value(String property) {
    String value = given(property);
    return value == null ? ConfigurationFile.value(property) : value;
  }

  /** As a property or variable. */
  static @Nullable String given(String property) {
    String value = System.getProperty(property);
    if (value == null || value.isEmpty()) {
      value = System.getenv(property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_'));
    }
    return value == null || value.isEmpty() ? null : value;
  }

  /**
   * In place of {@link System#getProperty(String)} where instrumentations read their settings (the
   * build has them call this), some on a thread of the application: what its code may read by a
   * Security Manager's policy is not what ours may. Of other names the policy is asked as ever,
   * since whatever code there is may call this.
   *
   * @throws SecurityException for a name that is no setting of instrumentations, where the policy
   *     says so
   */
  public static @Nullable String property(String name) {
    if (!name.startsWith("otel.instrumentation.") && !name.startsWith("otel.semconv")) {
      return System.getProperty(name);
    }
    return AccessController.doPrivileged(
        (PrivilegedAction<@Nullable String>) () -> System.getProperty(name));
  }

  /** In place of {@link System#getenv(String)}, for the same reason and in the same bounds. */
  public static @Nullable String variable(String name) {
    if (!name.startsWith("OTEL_INSTRUMENTATION_") && !name.startsWith("OTEL_SEMCONV")) {
      return System.getenv(name);
    }
    return AccessController.doPrivileged(
        (PrivilegedAction<@Nullable String>) () -> System.getenv(name));
  }

  private UpstreamSetting() {}
}
