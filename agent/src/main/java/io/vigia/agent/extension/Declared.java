package io.vigia.agent.extension;

import io.opentelemetry.common.ComponentLoader;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.logs.export.LogRecordExporter;
import io.opentelemetry.sdk.metrics.SdkMeterProviderBuilder;
import io.opentelemetry.sdk.metrics.export.MetricReader;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.vigia.agent.boot.Console;
import io.vigia.agent.extension.metrics.BoundedReader;
import io.vigia.agent.extension.redact.RedactingLogExporter;
import io.vigia.agent.extension.redact.RedactingMetrics;
import io.vigia.agent.extension.redact.RedactingSpanExporter;
import io.vigia.agent.extension.redact.Redactor;
import io.vigia.agent.extension.resource.ServiceIdentity;
import io.vigia.agent.extension.traces.ReadAllPropagatorProvider;
import java.util.Collections;

/**
 * What of ours goes with a configuration in YAML ({@code otel.config.file}): secrets do not leave,
 * the service has a name, its Prometheus registries are read, and the headers of other tracers
 * where any are. {@link VigiaCustomizer} is not asked then, and upstream's customizers of such a
 * configuration cannot wrap an exporter, because the one that is wrapped is closed. So the build
 * (src/build/AssembleAgent.java) has what upstream's factories make pass through here before they
 * return it. Called by the thread that starts the agent; what is thrown here means that there is no
 * agent.
 */
public final class Declared {

  public static SpanExporter pass(SpanExporter exporter) {
    return new RedactingSpanExporter(exporter, Redactor.asSet());
  }

  public static LogRecordExporter pass(LogRecordExporter exporter) {
    return new RedactingLogExporter(exporter, Redactor.asSet());
  }

  public static MetricReader pass(MetricReader reader) {
    return new BoundedReader(reader, new RedactingMetrics(Redactor.asSet()));
  }

  public static SdkMeterProviderBuilder pass(SdkMeterProviderBuilder builder) {
    // as far as the bridge is switched on: what it sends is left to it
    return VigiaCustomizer.addRegistries(builder, true);
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
    ConfigProperties variables =
        DefaultConfigProperties.create(
            Collections.emptyMap(),
            ComponentLoader.forClassLoader(Declared.class.getClassLoader()));
    ServiceIdentity identity = ServiceIdentity.ofDeclared(found, variables);
    AgentState.identity(identity);
    return identity.resource();
  }

  private Declared() {}
}
