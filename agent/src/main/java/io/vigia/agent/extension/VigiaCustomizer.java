package io.vigia.agent.extension;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizer;
import io.opentelemetry.sdk.autoconfigure.spi.AutoConfigurationCustomizerProvider;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.logs.SdkLoggerProviderBuilder;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricExporter;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.KnownSettings;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.boot.Shipping;
import io.vigia.agent.extension.export.Exports;
import io.vigia.agent.extension.export.QueueBounds;
import io.vigia.agent.extension.logs.AgreedLogExporter;
import io.vigia.agent.extension.logs.FluencySink;
import io.vigia.agent.extension.logs.ForwardLogExporter;
import io.vigia.agent.extension.logs.ForwardLogProcessor;
import io.vigia.agent.extension.logs.StdoutQuestion;
import io.vigia.agent.extension.metrics.AgentHealthProducer;
import io.vigia.agent.extension.metrics.AppRegistryProducer;
import io.vigia.agent.extension.metrics.AskedFormExporter;
import io.vigia.agent.extension.metrics.BoundedReader;
import io.vigia.agent.extension.metrics.MetricsForm;
import io.vigia.agent.extension.redact.LogRedactor;
import io.vigia.agent.extension.redact.RedactingLogExporter;
import io.vigia.agent.extension.redact.RedactingMetrics;
import io.vigia.agent.extension.redact.RedactingSpanExporter;
import io.vigia.agent.extension.redact.Redactor;
import io.vigia.agent.extension.resource.CloudResources;
import io.vigia.agent.extension.resource.ServiceIdentity;
import io.vigia.agent.extension.traces.ReadAllPropagatorProvider;
import io.vigia.agent.extension.traces.RemoteSampling;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Where our extension meets the SDK: supplies defaults below every setting of the user, then hangs
 * the forward log exporter and the registry bridge into the providers.
 */
public final class VigiaCustomizer implements AutoConfigurationCustomizerProvider {

  private Resource resource = Resource.empty();
  private boolean forwardsLogs;
  private @Nullable CollectorAddress asked;
  private @Nullable MetricsForm metricsForm;

  @Override
  public void customize(AutoConfigurationCustomizer customizer) {
    Console.keepStderr();
    CollectorAddress address = AgentState.address();
    Exports.start(address);
    asked = address;
    metricsForm = MetricsForm.ask(address);
    Redactor redactor = Redactor.asSet();
    QueueBounds.install(
        customizer,
        Exports.health(),
        exporter -> new RedactingSpanExporter(exporter, redactor),
        exporter -> new RedactingLogExporter(unlessRead(exporter), redactor));
    UnaryOperator<Collection<MetricData>> cleaning = new RedactingMetrics(redactor);
    customizer
        .addMetricReaderCustomizer((reader, config) -> new BoundedReader(reader, cleaning))
        .addPropertiesSupplier(() -> Defaults.of(address))
        .addPropertiesCustomizer(this::override)
        .addResourceCustomizer(this::identify)
        .addSamplerCustomizer(VigiaCustomizer::sampler)
        .addLoggerProviderCustomizer(this::addForwardExporter)
        .addMetricExporterCustomizer(this::inTheAskedForm)
        .addMeterProviderCustomizer(
            (builder, config) ->
                addRegistries(
                    builder, config.getBoolean("otel.instrumentation.micrometer.enabled", true)));
  }

  /** Above the user's settings, so only what those cannot express. */
  private Map<String, String> override(ConfigProperties config) {
    reportUnknownSettings(KnownSettings::unknown);
    AgentState.configured(config.getString("otel.exporter.otlp.endpoint"));
    Exports.configured(config::getString);
    CollectorAddress address = AgentState.address();
    if (address != asked) { // an extension names another one
      metricsForm = MetricsForm.ask(address);
    }
    Map<String, String> overrides = new HashMap<>();
    String endpoint = config.getString("otel.exporter.otlp.endpoint");
    // host:port is understood here, but not by the SDK
    if (address.isOurSetting() || (endpoint != null && !endpoint.contains("://"))) {
      overrides.put("otel.exporter.otlp.endpoint", address.otlp().toString());
    }
    Shipping shipping = Shipping.of(config::getString, address);
    AgentState.shipping(shipping);
    forwardsLogs = shipping.isForwarding();
    overrides.putAll(shipping.overrides());
    Console.debug(() -> "set above the configuration: " + overrides);
    overrides.put(
        "otel.propagators",
        String.join(",", ReadAllPropagatorProvider.before(config.getList("otel.propagators"))));
    String providers = "otel.java.enabled.resource.providers";
    List<String> enabled = config.getList(providers);
    if (!enabled.isEmpty()) {
      overrides.put(providers, String.join(",", CloudResources.withThis(enabled)));
    }
    if (config.getList("otel.jmx.target.system").isEmpty()
        && config.getList("otel.jmx.config").isEmpty()) {
      // without rules it only costs a thread and a YAML parser at start
      overrides.put("otel.jmx.enabled", "false");
    }
    return overrides;
  }

  static void reportUnknownSettings(Function<KnownSettings, List<String>> which) {
    try (InputStream in = VigiaCustomizer.class.getResourceAsStream("/" + KnownSettings.RESOURCE)) {
      if (in != null) {
        which.apply(KnownSettings.read(in)).forEach(Console::say);
      }
    } catch (IOException e) {
      Console.debug(() -> "the list of settings cannot be read: " + e);
    }
  }

  private Resource identify(Resource found, ConfigProperties config) {
    ServiceIdentity identity = ServiceIdentity.of(found, config);
    AgentState.identity(identity);
    resource = identity.resource();
    return resource;
  }

  private static Sampler sampler(Sampler configured, ConfigProperties config) {
    ServiceIdentity identity = AgentState.identity();
    Shipping shipping = AgentState.shipping();
    if (config.getString("otel.traces.sampler") != null
        || !Setting.SAMPLING.isOn()
        || identity == null
        || shipping == null
        || !shipping.canAskForSampling()) {
      return configured;
    }
    return RemoteSampling.sampler(AgentState.address(), identity.name());
  }

  private SdkLoggerProviderBuilder addForwardExporter(
      SdkLoggerProviderBuilder builder, ConfigProperties config) {
    if (forwardsLogs) {
      FluencySink.Builder sink = FluencySink.builder(AgentState.address());
      Shipping shipping = AgentState.shipping();
      StdoutQuestion question = shipping == null ? null : stdoutQuestion(shipping, resource);
      if (question != null) {
        sink.unlessRead(question);
      }
      addForwardExporter(builder, sink, resource);
    }
    return builder;
  }

  /** An https collector, too, may read stdout. */
  private LogRecordExporter unlessRead(LogRecordExporter exporter) {
    Shipping shipping = AgentState.shipping();
    boolean isOtlp = !forwardsLogs && exporter.getClass().getName().contains(".Otlp");
    StdoutQuestion question =
        shipping != null && isOtlp ? stdoutQuestion(shipping, resource) : null;
    return question == null ? exporter : new AgreedLogExporter(exporter, question);
  }

  static void addForwardExporter(
      SdkLoggerProviderBuilder builder, FluencySink.Builder sink, Resource resource) {
    // not batched: the exporter only queues, Fluency has the batches
    builder.addLogRecordProcessor(
        new ForwardLogProcessor(
            new ForwardLogExporter(sink.build(), resource, new LogRedactor(Redactor.asSet()))));
  }

  /**
   * What to ask the collector before log events are sent, because it may read them from stdout;
   * {@code null} outside of a pod, or when logs go elsewhere than to the collector.
   */
  static @Nullable StdoutQuestion stdoutQuestion(Shipping shipping, Resource resource) {
    String podUid = resource.getAttribute(AttributeKey.stringKey("k8s.pod.uid"));
    return podUid == null || !shipping.mayBeReadFromStdout()
        ? null
        : new StdoutQuestion(
            AgentState.address(),
            podUid,
            resource.getAttribute(AttributeKey.stringKey("k8s.container.name")));
  }

  private MetricExporter inTheAskedForm(MetricExporter exporter, ConfigProperties config) {
    MetricsForm form = metricsForm;
    Shipping shipping = AgentState.shipping();
    if (form == null
        || !exporter.getClass().getName().contains(".Otlp")
        || (shipping != null && shipping.areMetricsForAnother())) {
      return exporter;
    }
    String metrics = "otel.exporter.otlp.metrics.";
    return new AskedFormExporter(
        exporter,
        form,
        config.getString(metrics + "temporality.preference") != null,
        config.getString(metrics + "default.histogram.aggregation") != null);
  }

  static SdkMeterProviderBuilder addRegistries(
      SdkMeterProviderBuilder builder, boolean micrometerIsBridged) {
    return builder
        .registerMetricProducer(
            new AppRegistryProducer(Setting.MAX_SERIES.count(2_000), micrometerIsBridged))
        .registerMetricProducer(new AgentHealthProducer(Exports.health()));
  }

  /** After upstream's own providers, so that our defaults win over theirs. */
  @Override
  public int order() {
    return 1000;
  }
}
