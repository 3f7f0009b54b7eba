package io.vigia.agent.extension.metrics;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which meters upstream's Micrometer bridge sends: it is one of the global registry's, and of
 * Spring's. A registry for Prometheus that a program makes for itself, as Ktor's manual has it, is
 * in neither. What was sent once stays the bridge's: where Spring ends, the bridge is taken away
 * before the last export, and each family would leave once more, under another name.
 */
final class MicrometerBridge {

  private static final String GLOBAL = "io.micrometer.core.instrument.Metrics";
  private static final String UPSTREAMS = "OpenTelemetryMeterRegistry";

  /** What Micrometer's names for Prometheus end in besides the unit. */
  private static final String[] ENDS = {"", "_total", "_seconds"};

  /** No name ends so for Prometheus' newer client, which puts these behind itself. */
  private static final Pattern RESERVED = Pattern.compile("_(total|created|bucket|info)$");

  /** Of the bridge's meters, in every form that they may have for Prometheus. */
  private final Set<String> names = new HashSet<>();

  /**
   * Looks what the bridge has now.
   *
   * @param application has Micrometer
   */
  void look(@Nullable ClassLoader application) {
    try {
      Object global = Class.forName(GLOBAL, true, application).getField("globalRegistry").get(null);
      for (Object registry : (Iterable<?>) call(global, "getRegistries")) {
        if (registry.getClass().getName().endsWith(UPSTREAMS)) {
          for (Object meter : (Iterable<?>) call(registry, "getMeters")) {
            add(call(meter, "getId"));
          }
        }
      }
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // an older or a newer Micrometer than is known: nothing is bridged
    }
  }

  private void add(Object id) throws ReflectiveOperationException {
    String name = prometheus((String) call(id, "getName"));
    Object unit = call(id, "getBaseUnit");
    names.add(RESERVED.matcher(name).replaceFirst(""));
    for (String end : ENDS) {
      names.add(name + end);
      if (unit != null) {
        names.add(name + "_" + prometheus((String) unit) + end);
      }
    }
  }

  private static String prometheus(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  /** Whether the meters of a collector of Micrometer's are sent; so if its name is not known. */
  boolean sends(Object collector) {
    try {
      Field name = collector.getClass().getDeclaredField("conventionName");
      name.setAccessible(true);
      return names.contains(String.valueOf(name.get(collector)));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return true;
    }
  }

  @SuppressWarnings("NullAway") // what may be null is said where it is used
  private static Object call(Object owner, String name) throws ReflectiveOperationException {
    Method method = owner.getClass().getMethod(name);
    method.setAccessible(true);
    try {
      return method.invoke(owner);
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(e.getCause());
    }
  }
}
