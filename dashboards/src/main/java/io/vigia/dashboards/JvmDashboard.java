package io.vigia.dashboards;

/**
 * Memory, garbage collection, threads, classes and CPU, from OpenTelemetry's runtime metrics
 * (semantic conventions, JVM metrics) under their Prometheus names.
 */
final class JvmDashboard {
  private static final String CHOSEN = "job=~\"$service\", instance=~\"$instance\"";
  private static final String HEAP = CHOSEN + ", jvm_memory_type=\"heap\"";
  private static final String NON_HEAP = CHOSEN + ", jvm_memory_type=\"non_heap\"";

  /** Some writers leave the unit out of the name, such as the agent's own scrape endpoint. */
  private static final String UTILIZATION =
      "__name__=~\"jvm_cpu_recent_utilization(_ratio)?\", " + CHOSEN;

  private static final String EACH = "sum by (job, instance) (";

  private JvmDashboard() {}

  static Dashboard create() {
    return new Dashboard(
            "vigia-jvm",
            "Vigía / JVM",
            "What the Java virtual machines of the services do: memory, garbage collection,"
                + " threads, classes, processor.")
        .variable("service", "Service", "label_values(jvm_memory_used_bytes, job)")
        .variable(
            "instance",
            "Instance",
            "label_values(jvm_memory_used_bytes{job=~\"$service\"}, instance)")
        .row("Now")
        .panel(
            Panel.number("Instances", "short", "Virtual machines that report.")
                .query(
                    "count(count by (job, instance) (jvm_memory_used_bytes{" + CHOSEN + "}))",
                    "instances"))
        .panel(
            Panel.number(
                    "Heap in use",
                    "percentunit",
                    "The fullest heap, of what it may grow to; just before a collection it may be"
                        + " nearly full and healthy.")
                .query("max(" + heapShare("jvm_memory_used_bytes") + ")", "heap")
                .thresholds(0.85, 0.95))
        .panel(
            Panel.number(
                    "Time in collections",
                    "percentunit",
                    "The virtual machine that collects most: share of the time.")
                .query("max(" + EACH + rate("jvm_gc_duration_seconds_sum") + "))", "collections")
                .thresholds(0.05, 0.15))
        .panel(
            Panel.number("CPU", "percentunit", "The busiest: share of all its processors.")
                .query("max({" + UTILIZATION + "})", "CPU")
                .thresholds(0.7, 0.9))
        .row("Memory")
        .panel(
            Panel.lines("Heap", "bytes", "Heap in use, and what it may grow to.")
                .query(EACH + "jvm_memory_used_bytes{" + HEAP + "})", "{{job}} {{instance}}")
                .query("sum by (job) (jvm_memory_limit_bytes{" + HEAP + "})", "{{job}} limit, all"))
        .panel(
            Panel.lines(
                    "Heap after collection",
                    "bytes",
                    "What survived the last collection: a rising floor is a leak.")
                .query(
                    EACH + "jvm_memory_used_after_last_gc_bytes{" + HEAP + "})",
                    "{{job}} {{instance}}"))
        .panel(
            Panel.lines("Heap by pool", "bytes", "Heap in use by memory pool.")
                .query(
                    "sum by (jvm_memory_pool_name) (jvm_memory_used_bytes{" + HEAP + "})",
                    "{{jvm_memory_pool_name}}")
                .stacked())
        .panel(
            Panel.lines("Outside the heap", "bytes", "Classes, compiled code and the like.")
                .query(
                    "sum by (jvm_memory_pool_name) (jvm_memory_used_bytes{" + NON_HEAP + "})",
                    "{{jvm_memory_pool_name}}")
                .stacked())
        .panel(
            Panel.lines("Committed", "bytes", "Memory the system has given, heap and other.")
                .query(
                    EACH + "jvm_memory_committed_bytes{" + CHOSEN + "})", "{{job}} {{instance}}"))
        .row("Garbage collection")
        .panel(
            Panel.lines("Time in collections", "percentunit", "Share of the time spent collecting.")
                .query(
                    "sum by (job, instance, jvm_gc_name) ("
                        + rate("jvm_gc_duration_seconds_sum")
                        + ")",
                    "{{job}} {{jvm_gc_name}}"))
        .panel(
            Panel.lines("Collections", "cps", "Collections a second.")
                .query(
                    "sum by (job, instance, jvm_gc_name) ("
                        + rate("jvm_gc_duration_seconds_count")
                        + ")",
                    "{{job}} {{jvm_gc_name}}"))
        .panel(
            Panel.lines("Mean pause", "s", "Mean duration of a collection.")
                .query(
                    "sum by (job, jvm_gc_action) ("
                        + rate("jvm_gc_duration_seconds_sum")
                        + ") / (sum by (job, jvm_gc_action) ("
                        + rate("jvm_gc_duration_seconds_count")
                        + ") > 0)",
                    "{{job}} {{jvm_gc_action}}"))
        .row("Processor, threads, classes")
        .panel(
            Panel.lines("CPU", "percentunit", "Share of all processors the machine has for it.")
                .query("max by (job, instance) ({" + UTILIZATION + "})", "{{job}} {{instance}}"))
        .panel(
            Panel.lines("CPU time", "short", "Processors kept busy.")
                .query(EACH + rate("jvm_cpu_time_seconds_total") + ")", "{{job}} {{instance}}")
                .query("sum by (job) (jvm_cpu_count{" + CHOSEN + "})", "{{job}} available"))
        .panel(
            Panel.lines("Threads by state", "short", "Platform threads.")
                .query(
                    "sum by (jvm_thread_state) (jvm_thread_count{" + CHOSEN + "})",
                    "{{jvm_thread_state}}")
                .stacked())
        .panel(
            Panel.lines("Threads", "short", "Platform threads: a steady climb is a leak.")
                .query(EACH + "jvm_thread_count{" + CHOSEN + "})", "{{job}} {{instance}}"))
        .panel(
            Panel.lines("Classes", "short", "Classes loaded now.")
                .query(EACH + "jvm_class_count{" + CHOSEN + "})", "{{job}} {{instance}}"))
        .panel(
            Panel.lines("Class loading", "cps", "Classes loaded a second.")
                .query(EACH + rate("jvm_class_loaded_total") + ")", "{{job}} {{instance}}"));
  }

  private static String rate(String metric) {
    return "rate(" + metric + "{" + CHOSEN + "}[$__rate_interval])";
  }

  private static String heapShare(String used) {
    return EACH + used + "{" + HEAP + "}) / " + EACH + "jvm_memory_limit_bytes{" + HEAP + "})";
  }
}
