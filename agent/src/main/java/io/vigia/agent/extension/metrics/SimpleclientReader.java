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
    samples.setAccessible(true); // a subclass may be private
    Enumeration<?> families = (Enumeration<?>) samples.invoke(registry);
    List<Family> read = new ArrayList<>();
    while (families != null && families.hasMoreElements()) {
      read.add(family(families.nextElement()));
    }
    return read;
  }

  /** One collector of a registry. */
  static List<Family> readCollector(Object collector) throws ReflectiveOperationException {
    Method collect = collector.getClass().getMethod("collect");
    collect.setAccessible(true);
    List<Family> read = new ArrayList<>();
    for (Object family : (List<?>) collect.invoke(collector)) {
      read.add(family(family));
    }
    return read;
  }

  private static Family family(Object family) throws ReflectiveOperationException {
    List<Family.Sample> samples = new ArrayList<>();
    SampleFields fields = null;
    for (Object sample : (List<?>) field(family, "samples")) {
      if (fields == null) {
        fields = new SampleFields(sample.getClass());
      }
      samples.add(
          new Family.Sample(
              (String) fields.name.get(sample),
              strings(fields.labelNames.get(sample)),
              strings(fields.labelValues.get(sample)),
              fields.value.getDouble(sample),
              fields.exemplar == null ? null : exemplar(fields.exemplar.get(sample))));
    }
    String help = (String) field(family, "help");
    return new Family(
        (String) field(family, "name"),
        field(family, "type").toString(),
        help == null ? "" : help,
        samples);
  }

  /** Looked up once for all samples of a family: there may be thousands. */
  private static final class SampleFields {
    final Field name;
    final Field labelNames;
    final Field labelValues;
    final Field value;

    /** Since 0.11; with the agent, simpleclient puts the current trace into it by itself. */
    final @Nullable Field exemplar;

    SampleFields(Class<?> sample) throws NoSuchFieldException {
      name = sample.getField("name");
      labelNames = sample.getField("labelNames");
      labelValues = sample.getField("labelValues");
      value = sample.getField("value");
      exemplar = field(sample, "exemplar");
    }

    private static @Nullable Field field(Class<?> owner, String name) {
      try {
        return owner.getField(name);
      } catch (NoSuchFieldException e) {
        return null;
      }
    }
  }

  private static Family.@Nullable Exemplar exemplar(@Nullable Object exemplar) {
    if (exemplar == null) {
      return null;
    }
    try {
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
