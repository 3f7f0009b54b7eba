package io.vigia.collector;

import io.netty.util.internal.PlatformDependent;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What lies between the sockets, from intake to destination, may take at most, all parts together.
 * Each part keeps to its own limit; here they are added up and held against what the JVM gives. The
 * embedded database is not among them: its memory is outside the JVM.
 */
record MemoryBudget(List<Part> parts) {
  private static final int MIB = 1 << 20;

  /**
   * One limit.
   *
   * @param setting that changes it, as in the configuration; empty when none does
   * @param direct whether it is direct memory; else heap
   * @param usedBytes now, by any thread; null when nobody counts
   */
  record Part(
      String name,
      String setting,
      boolean direct,
      long maxBytes,
      @Nullable LongSupplier usedBytes) {}

  MemoryBudget {
    parts = List.copyOf(parts);
  }

  /** What is wrong with it in this JVM, in one line, or null. */
  @Nullable String complaint() {
    return complaint(Runtime.getRuntime().maxMemory(), PlatformDependent.maxDirectMemory());
  }

  @Nullable String complaint(long heapBytes, long directBytes) {
    List<String> lines = new ArrayList<>();
    addTo(lines, false, heapBytes, "heap", "-Xmx");
    addTo(lines, true, directBytes, "direct memory", "-XX:MaxDirectMemorySize");
    return lines.isEmpty() ? null : String.join("; ", lines);
  }

  private void addTo(
      List<String> lines, boolean direct, long availableBytes, String kind, String option) {
    List<Part> those = parts.stream().filter(part -> part.direct == direct).toList();
    long sum = those.stream().mapToLong(Part::maxBytes).sum();
    if (availableBytes <= 0 || sum <= availableBytes) {
      return;
    }
    List<String> settings = new ArrayList<>();
    for (Part part : those) {
      String name = part.setting.isEmpty() ? part.name : part.setting;
      settings.add(name + " " + mebibytes(part.maxBytes));
    }
    lines.add(
        "the memory that may be needed at once, "
            + mebibytes(sum)
            + " ("
            + String.join(", ", settings)
            + "), does not fit in the "
            + kind
            + " of "
            + mebibytes(availableBytes)
            + "; lower these or raise "
            + option);
  }

  private static String mebibytes(long bytes) {
    return (bytes + MIB - 1) / MIB + "MiB";
  }

  /** Shows limits, and what is used of them where that is counted. */
  static void show(PrometheusRegistry registry, Supplier<MemoryBudget> budget) {
    GaugeWithCallback.builder()
        .name("vigia_memory_budget_bytes")
        .help("What a part may hold at most of what is on its way.")
        .labelNames("part")
        .callback(gauge -> budget.get().parts.forEach(part -> gauge.call(part.maxBytes, part.name)))
        .register(registry);
    GaugeWithCallback.builder()
        .name("vigia_memory_used_bytes")
        .help("What a part holds now, where that is counted.")
        .labelNames("part")
        .callback(
            gauge ->
                budget
                    .get()
                    .parts
                    .forEach(
                        part -> {
                          if (part.usedBytes != null) {
                            gauge.call(part.usedBytes.getAsLong(), part.name);
                          }
                        }))
        .register(registry);
  }
}
