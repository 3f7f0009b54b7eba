package io.vigia.agent.extension.metrics;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a simpleclient {@code CollectorRegistry} of any version by reflection, because the class
 * belongs to the application's class loader.
 */
final class SimpleclientReader {

  static List<Family> read(Object registry) throws ReflectiveOperationException {
    Method samples = registry.getClass().getMethod("metricFamilySamples");
    Enumeration<?> families = (Enumeration<?>) samples.invoke(registry);
    List<Family> read = new ArrayList<>();
    while (families != null && families.hasMoreElements()) {
      read.add(family(families.nextElement()));
    }
    return read;
  }

  private static Family family(Object family) throws ReflectiveOperationException {
    List<Family.Sample> samples = new ArrayList<>();
    for (Object sample : (List<?>) field(family, "samples")) {
      samples.add(
          new Family.Sample(
              (String) field(sample, "name"),
              strings(field(sample, "labelNames")),
              strings(field(sample, "labelValues")),
              ((Number) field(sample, "value")).doubleValue(),
              exemplar(sample)));
    }
    String help = (String) field(family, "help");
    return new Family(
        (String) field(family, "name"),
        field(family, "type").toString(),
        help == null ? "" : help,
        samples);
  }

  /** Since 0.11; with the agent, simpleclient puts the current trace into it by itself. */
  private static Family.@Nullable Exemplar exemplar(Object sample) {
    try {
      Object exemplar = sample.getClass().getField("exemplar").get(sample);
      if (exemplar == null) {
        return null;
      }
      Class<?> type = exemplar.getClass();
      int labels = (int) type.getMethod("getNumberOfLabels").invoke(exemplar);
      List<String> names = new ArrayList<>();
      List<String> values = new ArrayList<>();
      for (int i = 0; i < labels; i++) {
        names.add((String) type.getMethod("getLabelName", int.class).invoke(exemplar, i));
        values.add((String) type.getMethod("getLabelValue", int.class).invoke(exemplar, i));
      }
      Long epochMillis = (Long) type.getMethod("getTimestampMs").invoke(exemplar);
      return new Family.Exemplar(
          (double) type.getMethod("getValue").invoke(exemplar),
          epochMillis == null ? 0 : epochMillis,
          names,
          values);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return null;
    }
  }

  @SuppressWarnings("unchecked")
  private static List<String> strings(Object list) {
    return list == null ? Collections.<String>emptyList() : (List<String>) list;
  }

  private static Object field(Object owner, String name) throws ReflectiveOperationException {
    Field field = owner.getClass().getField(name);
    return field.get(owner);
  }

  private SimpleclientReader() {}
}
