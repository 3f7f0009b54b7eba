package io.vigia.agent.extension.metrics;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
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

  /** A meter is in one registry after the other; in between classes may be loaded. */
  private static final int LOOKS = 5;

  private static final int BETWEEN_LOOKS_MILLIS = 10;

  /** Of the bridge's meters, in every form that they may have for Prometheus. */
  private final Set<String> names = new HashSet<>();

  /** Collectors that were waited for, and did not come to the bridge. */
  private final Set<String> alone = new HashSet<>();

  /**
   * Those of Micrometer's collectors whose meters the bridge does not send. One of a meter that is
   * being made is there before the bridge has it, so those that are new are waited for a moment.
   */
  synchronized List<Object> lacks(List<Object> collectors) {
    List<Object> lacking = lackingNow(collectors);
    for (int i = 1; i < LOOKS && !alone.containsAll(names(lacking)); i++) {
      try {
        Thread.sleep(BETWEEN_LOOKS_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        break;
      }
      lacking = lackingNow(collectors);
    }
    alone.addAll(names(lacking));
    return lacking;
  }

  private List<Object> lackingNow(List<Object> collectors) {
    look(collectors.get(0).getClass().getClassLoader());
    List<Object> lacking = new ArrayList<>();
    for (Object each : collectors) {
      String name = name(each);
      if (name != null && !names.contains(name)) {
        lacking.add(each);
      }
    }
    return lacking;
  }

  private static Set<String> names(List<Object> collectors) {
    Set<String> names = new HashSet<>();
    for (Object each : collectors) {
      names.add(String.valueOf(name(each)));
    }
    return names;
  }

  /**
   * Looks what the bridge has now.
   *
   * @param application has Micrometer
   */
  private void look(@Nullable ClassLoader application) {
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

  /** Of a collector of Micrometer's; null where it does not say, which counts as bridged. */
  private static @Nullable String name(Object collector) {
    try {
      Field name = collector.getClass().getDeclaredField("conventionName");
      name.setAccessible(true);
      return String.valueOf(name.get(collector));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
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
