package io.vigia.agent.extension.metrics;

import io.vigia.agent.extension.metrics.Family.Exemplar;
import io.vigia.agent.extension.metrics.Family.NativePoint;
import io.vigia.agent.extension.metrics.Family.Sample;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a {@code PrometheusRegistry} of prometheus-metrics 1.x by reflection, because the class
 * belongs to the application's class loader. Histograms are given as classic ones where they have
 * classic buckets, because dashboards ask for them; otherwise as native ones.
 */
final class PrometheusMetricsReader {

  static List<Family> read(Object registry) throws ReflectiveOperationException {
    return families((Iterable<?>) call(registry, "scrape"));
  }

  /** One collector of a registry, of one family or of several. */
  static List<Family> readCollector(Object collector) throws ReflectiveOperationException {
    @Nullable Object collected = call(collector, "collect");
    if (collected == null) {
      return Collections.emptyList();
    }
    return families(
        collected instanceof Iterable
            ? (Iterable<?>) collected
            : Collections.singletonList(collected));
  }

  private static List<Family> families(Iterable<?> snapshots) throws ReflectiveOperationException {
    List<Family> families = new ArrayList<>();
    for (Object snapshot : snapshots) {
      Family family = family(snapshot);
      if (family != null) {
        families.add(family);
      }
    }
    return families;
  }

  private static @Nullable Family family(Object snapshot) throws ReflectiveOperationException {
    Object metadata = call(snapshot, "getMetadata");
    String name = (String) call(metadata, "getPrometheusName");
    String type = snapshot.getClass().getSimpleName().replace("Snapshot", "");
    List<Sample> samples = new ArrayList<>();
    List<NativePoint> nativePoints = new ArrayList<>();
    for (Object point : (List<?>) call(snapshot, "getDataPoints")) {
      Labels labels = new Labels(call(point, "getLabels"));
      switch (type) {
        case "Counter":
          samples.add(
              labels.sample(
                  name + "_total",
                  number(point, "getValue"),
                  exemplar(call(point, "getExemplar"))));
          break;
        case "Gauge":
        case "Unknown":
          samples.add(
              labels.sample(name, number(point, "getValue"), exemplar(call(point, "getExemplar"))));
          break;
        case "Info":
          samples.add(labels.sample(name + "_info", 1, null));
          break;
        case "Histogram":
          if ((boolean) call(point, "hasClassicHistogramData")) {
            histogram(name, point, labels, samples);
          } else {
            nativePoints.add(nativeHistogram(point, labels));
          }
          break;
        case "Summary":
          summary(name, point, labels, samples);
          break;
        case "StateSet":
          stateSet(name, point, labels, samples);
          break;
        default:
          return null;
      }
    }
    String help = (String) call(metadata, "getHelp");
    return new Family(
        name, type.toUpperCase(Locale.ROOT), help == null ? "" : help, samples, nativePoints);
  }

  /** One sample for each state, whose name is the value of a label called as the family. */
  private static void stateSet(String name, Object point, Labels labels, List<Sample> samples)
      throws ReflectiveOperationException {
    for (Object state : (Iterable<?>) point) {
      double value = (boolean) call(state, "isTrue") ? 1 : 0;
      samples.add(labels.with(name, (String) call(state, "getName")).sample(name, value, null));
    }
  }

  private static void histogram(String name, Object point, Labels labels, List<Sample> samples)
      throws ReflectiveOperationException {
    double count = 0;
    List<Exemplar> exemplars = exemplars(point);
    for (Object bucket : (Iterable<?>) call(point, "getClassicBuckets")) {
      count += number(bucket, "getCount");
      double bound = number(bucket, "getUpperBound");
      // an exemplar belongs to the first bucket that it fits into
      Exemplar fits = null;
      for (Exemplar each : exemplars) {
        fits = each.value <= bound ? each : fits;
      }
      exemplars.remove(fits);
      samples.add(labels.with("le", bound).sample(name + "_bucket", count, fits));
    }
    sumAndCount(name, point, labels, count, samples);
  }

  private static NativePoint nativeHistogram(Object point, Labels labels)
      throws ReflectiveOperationException {
    return new NativePoint(
        labels.names,
        labels.values,
        (int) call(point, "getNativeSchema"),
        (boolean) call(point, "hasSum") ? number(point, "getSum") : 0,
        (long) call(point, "getNativeZeroCount"),
        nativeBuckets(call(point, "getNativeBucketsForPositiveValues")),
        nativeBuckets(call(point, "getNativeBucketsForNegativeValues")),
        exemplars(point));
  }

  private static SortedMap<Integer, Long> nativeBuckets(Object buckets)
      throws ReflectiveOperationException {
    SortedMap<Integer, Long> byIndex = new TreeMap<>();
    for (Object bucket : (Iterable<?>) buckets) {
      byIndex.put((int) call(bucket, "getBucketIndex"), (long) call(bucket, "getCount"));
    }
    return byIndex;
  }

  private static void summary(String name, Object point, Labels labels, List<Sample> samples)
      throws ReflectiveOperationException {
    for (Object quantile : (Iterable<?>) call(point, "getQuantiles")) {
      samples.add(
          labels
              .with("quantile", number(quantile, "getQuantile"))
              .sample(name, number(quantile, "getValue"), null));
    }
    sumAndCount(name, point, labels, number(point, "getCount"), samples);
  }

  private static void sumAndCount(
      String name, Object point, Labels labels, double count, List<Sample> samples)
      throws ReflectiveOperationException {
    if ((boolean) call(point, "hasSum")) {
      samples.add(labels.sample(name + "_sum", number(point, "getSum"), null));
    }
    samples.add(labels.sample(name + "_count", count, null));
  }

  private static List<Exemplar> exemplars(Object point) throws ReflectiveOperationException {
    List<Exemplar> exemplars = new ArrayList<>();
    for (Object each : (Iterable<?>) call(point, "getExemplars")) {
      Exemplar exemplar = exemplar(each);
      if (exemplar != null) {
        exemplars.add(exemplar);
      }
    }
    return exemplars;
  }

  private static @Nullable Exemplar exemplar(@Nullable Object exemplar)
      throws ReflectiveOperationException {
    if (exemplar == null) {
      return null;
    }
    Labels labels = new Labels(call(exemplar, "getLabels"));
    return new Exemplar(
        number(exemplar, "getValue"),
        (boolean) call(exemplar, "hasTimestamp") ? (long) call(exemplar, "getTimestampMillis") : 0,
        labels.names,
        labels.values);
  }

  private static final class Labels {
    final List<String> names;
    final List<String> values;

    Labels(Object labels) throws ReflectiveOperationException {
      names = new ArrayList<>();
      values = new ArrayList<>();
      for (Object label : (Iterable<?>) labels) {
        names.add((String) call(label, "getName"));
        values.add((String) call(label, "getValue"));
      }
    }

    private Labels(List<String> names, List<String> values) {
      this.names = names;
      this.values = values;
    }

    Labels with(String name, double value) {
      return with(name, Double.isInfinite(value) ? "+Inf" : Double.toString(value));
    }

    Labels with(String name, String value) {
      List<String> moreNames = new ArrayList<>(names);
      List<String> moreValues = new ArrayList<>(values);
      moreNames.add(name);
      moreValues.add(value);
      return new Labels(moreNames, moreValues);
    }

    Sample sample(String name, double value, @Nullable Exemplar exemplar) {
      return new Sample(name, names, values, value, exemplar);
    }
  }

  private static double number(Object owner, String getter) throws ReflectiveOperationException {
    return ((Number) call(owner, getter)).doubleValue();
  }

  /** Public methods of public classes; a subclass may be private. */
  @SuppressWarnings("NullAway") // what may be null is said where it is used
  private static Object call(Object owner, String name) throws ReflectiveOperationException {
    Method method = owner.getClass().getMethod(name);
    try {
      method.setAccessible(true);
      return method.invoke(owner);
    } catch (InvocationTargetException e) {
      throw new ReflectiveOperationException(name + ": " + e.getCause(), e);
    }
  }

  private PrometheusMetricsReader() {}
}
