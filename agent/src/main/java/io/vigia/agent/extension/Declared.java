package io.vigia.agent.extension;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.logs.LogRecordProcessor;
import io.opentelemetry.sdk.logs.SdkLoggerProviderBuilder;
import io.opentelemetry.sdk.logs.export.BatchLogRecordProcessorBuilder;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProviderBuilder;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessorBuilder;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.KnownSettings;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.boot.Shipping;
import io.vigia.agent.extension.export.DeclaredQueues;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.logs.FluencySink;
import io.vigia.agent.extension.metrics.AskedFormExporter;
import io.vigia.agent.extension.metrics.BoundedReader;
import io.vigia.agent.extension.metrics.MetricsForm;
import io.vigia.agent.extension.metrics.PrometheusEndpoint;
import io.vigia.agent.extension.redact.RedactingLogExporter;
import io.vigia.agent.extension.redact.RedactingMetrics;
import io.vigia.agent.extension.redact.RedactingSpanExporter;
import io.vigia.agent.extension.redact.Redactor;
import io.vigia.agent.extension.resource.ServiceIdentity;
import io.vigia.agent.extension.traces.ReadAllPropagatorProvider;
import io.vigia.agent.extension.traces.RemoteSampling;
import java.net.URI;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What of ours goes with a configuration in YAML ({@code otel.config.file}): secrets do not leave,
 * the service has a name, its Prometheus registries are read, and the headers of other tracers
 * where any are. What the file says is never changed; what it leaves open is filled in: an exporter
 * of OTLP without an address sends to the collector, which is then asked how much to trace where
 * the file names no sampler, and for the form of metrics where it names none. What a setting of
 * ours asks for besides ({@code vigia.prometheus}, {@code vigia.logs=forward} where the file has no
 * processor of log events) is added.
 *
 * <p>{@link VigiaCustomizer} is not asked with such a file, and upstream's customizers of one
 * cannot wrap an exporter, because the one that is wrapped is closed. So the build
 * (src/build/AssembleAgent.java) has what upstream's factories make pass through here before they
 * return it; they make the resource, then what is of metrics, of logs and of traces. Called by the
 * thread that starts the agent; what is thrown here means that there is no agent.
 */
public final class Declared {

  /** Signals that go to the collector because the file does not say where. */
  private static final Set<String> FILLED_IN =
      Collections.synchronizedSet(new LinkedHashSet<String>());

  private static final String TEMPORALITY = "temporality_preference";
  private static final String HISTOGRAMS = "default_histogram_aggregation";

  /** Keys of the exporter of metrics that is being made. */
  private static final Set<String> NAMED_OF_METRICS = new HashSet<>();

  private static @Nullable MetricsForm form;

  /** The same if the exporter of metrics that is being made goes to the collector. */
  private static @Nullable MetricsForm asked;

  private static boolean namesSampler;
  private static boolean processesLogs;
  private static volatile boolean byHttp;

  public static SpanExporter pass(SpanExporter exporter) {
    return DeclaredQueues.of(new RedactingSpanExporter(exporter, Redactor.asSet()));
  }

  public static LogRecordExporter pass(LogRecordExporter exporter) {
    return DeclaredQueues.of(new RedactingLogExporter(exporter, Redactor.asSet()));
  }

  /** In the form that the collector asks for, if it goes there and the file names none. */
  public static MetricExporter pass(MetricExporter exporter) {
    MetricsForm form = asked;
    MetricExporter passed =
        form == null
            ? AskedFormExporter.asItIs(exporter)
            : new AskedFormExporter(
                exporter,
                form,
                NAMED_OF_METRICS.contains(TEMPORALITY),
                NAMED_OF_METRICS.contains(HISTOGRAMS));
    asked = null;
    NAMED_OF_METRICS.clear();
    return passed;
  }

  /**
   * What the file says of the exporter of metrics that is being made.
   *
   * @param value {@code null} if nothing
   */
  public static @Nullable String named(@Nullable String value, String key) {
    if (value != null) {
      NAMED_OF_METRICS.add(key);
    }
    return value;
  }

  public static MetricReader pass(MetricReader reader) {
    return new BoundedReader(reader, new RedactingMetrics(Redactor.asSet()));
  }

  public static SdkMeterProviderBuilder pass(SdkMeterProviderBuilder builder) {
    Map<String, String> endpoint = Shipping.prometheusEndpoint();
    if (!endpoint.isEmpty()) {
      builder.registerMetricReader(
          pass(
              new PrometheusEndpoint()
                  .createMetricReader(DefaultConfigProperties.createFromMap(endpoint))));
    }
    // as far as the bridge is switched on: what it sends is left to it
    return VigiaCustomizer.addRegistries(builder, true);
  }

  public static Sampler pass(Sampler named) {
    namesSampler = true;
    return named;
  }

  public static SdkTracerProviderBuilder pass(SdkTracerProviderBuilder builder) {
    ServiceIdentity identity = AgentState.identity();
    boolean isAsked = FILLED_IN.contains("traces") && byHttp && Setting.SAMPLING.isOn();
    return namesSampler || !isAsked || identity == null
        ? builder
        : builder.setSampler(
            RemoteSampling.sampler(AgentState.addressOfDeclared(), identity.name()));
  }

  public static SpanProcessor pass(SpanProcessor processor) {
    return DeclaredQueues.of(processor);
  }

  public static LogRecordProcessor pass(LogRecordProcessor processor) {
    processesLogs = true;
    return DeclaredQueues.of(processor);
  }

  /** What the file says of the processor that is being made. */
  public static BatchSpanProcessorBuilder setMaxQueueSize(
      BatchSpanProcessorBuilder builder, int items) {
    DeclaredQueues.maxItems(items);
    return builder.setMaxQueueSize(items);
  }

  /** The same of log records. */
  public static BatchLogRecordProcessorBuilder setMaxQueueSize(
      BatchLogRecordProcessorBuilder builder, int items) {
    DeclaredQueues.maxItems(items);
    return builder.setMaxQueueSize(items);
  }

  public static SdkLoggerProviderBuilder pass(SdkLoggerProviderBuilder builder) {
    ServiceIdentity identity = AgentState.identity();
    if (Shipping.FORWARD.equals(Setting.LOGS.value()) && !processesLogs && identity != null) {
      VigiaCustomizer.addForwardExporter(
          builder, FluencySink.builder(AgentState.addressOfDeclared()), identity.resource());
    }
    return builder;
  }

  /** Where nothing is configured, as with {@code none}, nothing is read. */
  public static ContextPropagators pass(ContextPropagators configured) {
    TextMapPropagator written = configured.getTextMapPropagator();
    return written.fields().isEmpty()
        ? configured
        : ContextPropagators.create(
            TextMapPropagator.composite(ReadAllPropagatorProvider.readingAll(), written));
  }

  public static Resource pass(Resource found) {
    Console.keepStderr();
    VigiaCustomizer.reportUnknownSettings(KnownSettings::unknownOfOurs);
    ConfigProperties variables =
        DefaultConfigProperties.create(
            Collections.emptyMap(),
            ComponentLoader.forClassLoader(Declared.class.getClassLoader()));
    ServiceIdentity identity = ServiceIdentity.ofDeclared(found, variables);
    AgentState.identity(identity);
    return identity.resource();
  }

  /**
   * Where an exporter of OTLP sends to.
   *
   * @param named what the file says, {@code null} if nothing
   * @param http whether by HTTP; otherwise by gRPC
   * @param signal {@code traces}, {@code metrics} or {@code logs}
   */
  public static String endpoint(@Nullable String named, boolean http, String signal) {
    if (named != null) {
      return named;
    }
    CollectorAddress address = AgentState.addressOfDeclared();
    String url = http ? address.otlp() + "/v1/" + signal : address.otherOtlp().toString();
    if (http) {
      byHttp = true;
    }
    FILLED_IN.add(signal);
    if (signal.equals("metrics")) {
      form = form == null ? MetricsForm.ask(address) : form;
      asked = form;
    }
    Exports.filledIn(URI.create(url));
    return url;
  }

  /** What the verdict says of it; blocks for less than a second. */
  static String inWords() {
    StringBuilder words =
        new StringBuilder("; what is sent, and where, is as otel.config.file says");
    CollectorAddress address = AgentState.addressOfDeclared();
    if (!FILLED_IN.isEmpty()) {
      words.append("; ").append(String.join(", ", FILLED_IN)).append(" without an address there");
      words.append(" go to ").append(byHttp ? address.otlp() : address.otherOtlp());
      words.append(" (from ").append(address.source()).append(")");
      if (byHttp) {
        words.append(": ").append(Shipping.reachability(address, FILLED_IN.iterator().next()));
      }
    }
    String logs = Setting.LOGS.value();
    if (Shipping.FORWARD.equals(logs)) {
      words.append("; vigia.logs=forward ");
      words.append(processesLogs ? "is not followed, logs are in it" : "to " + address.forward());
    } else if ("otlp".equals(logs) && !processesLogs) {
      words.append("; vigia.logs=otlp is not followed, it has no logger_provider with processors");
    }
    return words.toString();
  }

  private Declared() {}
}
