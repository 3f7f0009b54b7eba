package io.vigia.agent.extension.metrics;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.ConcurrentModificationException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What of a registry Micrometer fills with meters that upstream's bridge sends already: every
 * family shall leave once. Told by what is registered, a private detail of both client libraries;
 * where it cannot be read the registry is taken for the application's own. Meters that the bridge
 * does not know ({@link MicrometerBridge}) are read as the application's.
 */
final class MicrometerOwned {

  /** A registry may change while it is looked at. */
  private static final int ATTEMPTS = 3;

  /** By registry: what of it was bridged so far. */
  private static final Map<Object, MicrometerBridge> BRIDGES =
      Collections.synchronizedMap(new WeakHashMap<>());

  /**
   * The collectors of a registry but for those of Micrometer whose meters are bridged; {@code null}
   * when Micrometer has none there. Waits a moment for what the bridge does not have and was not
   * there before.
   */
  static @Nullable List<Object> collectorsBesides(Object registry) {
    Set<Object> others = Collections.newSetFromMap(new IdentityHashMap<>());
    List<Object> micrometers = new ArrayList<>();
    for (Object each : registered(registry)) {
      if (each.getClass().getName().startsWith("io.micrometer.")) {
        micrometers.add(each);
      } else if (isCollector(each)) {
        others.add(each);
      }
    }
    if (micrometers.isEmpty()) {
      return null;
    }
    others.addAll(
        BRIDGES.computeIfAbsent(registry, key -> new MicrometerBridge()).lacks(micrometers));
    return new ArrayList<>(others);
  }

  /** All of them, as far as they can be found. */
  static List<Object> collectors(Object registry) {
    Set<Object> collectors = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Object each : registered(registry)) {
      if (isCollector(each)) {
        collectors.add(each);
      }
    }
    return new ArrayList<>(collectors);
  }

  private static List<Object> registered(Object registry) {
    List<Object> found = new ArrayList<>();
    for (Class<?> type = registry.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())) {
          found.addAll(elements(field, registry));
        }
      }
    }
    return found;
  }

  private static List<Object> elements(Field field, Object registry) {
    for (int i = 0; i < ATTEMPTS; i++) {
      try {
        field.setAccessible(true);
        Object value = field.get(registry);
        Collection<?> all =
            value instanceof Map
                ? ((Map<?, ?>) value).keySet()
                : value instanceof Collection ? (Collection<?>) value : Collections.emptyList();
        List<Object> elements = new ArrayList<>();
        for (Object each : all) {
          if (each != null) {
            elements.add(each);
          }
        }
        return elements;
      } catch (ConcurrentModificationException e) {
        continue;
      } catch (ReflectiveOperationException | RuntimeException e) {
        break; // the next field
      }
    }
    return Collections.emptyList();
  }

  private static boolean isCollector(Object registered) {
    try {
      registered.getClass().getMethod("collect");
      return true;
    } catch (NoSuchMethodException | LinkageError e) {
      return false; // a name
    }
  }

  private MicrometerOwned() {}
}
