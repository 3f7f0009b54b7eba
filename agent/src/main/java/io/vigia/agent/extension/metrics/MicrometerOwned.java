package io.vigia.agent.extension.metrics;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Map;

/**
 * Whether a registry is filled by Micrometer, whose meters upstream's bridge sends already: every
 * family shall leave once. Told by what is registered, a private detail of both client libraries;
 * where it cannot be read the registry is taken for the application's own.
 */
final class MicrometerOwned {

  static boolean isOwned(Object registry) {
    for (Field field : registry.getClass().getDeclaredFields()) {
      try {
        field.setAccessible(true);
        Object value = field.get(registry);
        if (value instanceof Map && anyOfMicrometer(((Map<?, ?>) value).keySet())
            || value instanceof Collection && anyOfMicrometer((Collection<?>) value)) {
          return true;
        }
      } catch (ReflectiveOperationException | RuntimeException e) {
        // the next field
        continue;
      }
    }
    return false;
  }

  private static boolean anyOfMicrometer(Collection<?> registered) {
    for (Object each : registered) {
      if (each != null && each.getClass().getName().startsWith("io.micrometer.")) {
        return true;
      }
    }
    return false;
  }

  private MicrometerOwned() {}
}
