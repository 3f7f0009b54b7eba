package io.vigia.agent.extension.metrics;

import static java.util.Collections.singletonList;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;

import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import io.vigia.agent.boot.AppRegistries;
import java.util.List;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/**
 * Learns of every simpleclient {@code CollectorRegistry} and every {@code PrometheusRegistry} of
 * prometheus-metrics 1.x, the default ones and the application's.
 */
public final class CollectorRegistryModule extends InstrumentationModule {

  /** Package names in strings are not relocated here: simpleclient is the application's. */
  static final String REGISTRY = "io.prometheus.client.CollectorRegistry";

  static final String REGISTRY_1 = "io.prometheus.metrics.model.registry.PrometheusRegistry";

  public CollectorRegistryModule() {
    super("prometheus-simpleclient", "prometheus-metrics");
  }

  @Override
  public List<TypeInstrumentation> typeInstrumentations() {
    return singletonList(new Registry());
  }

  /** The registry's constructors. */
  public static final class Registry implements TypeInstrumentation {
    @Override
    public ElementMatcher<TypeDescription> typeMatcher() {
      return namedOneOf(REGISTRY, REGISTRY_1);
    }

    @Override
    public void transform(TypeTransformer transformer) {
      transformer.applyAdviceToMethod(isConstructor(), Created.class.getName());
    }
  }

  /** One constructor calls the other; the second report of the same registry is ignored. */
  @SuppressWarnings("unused")
  public static final class Created {
    @Advice.OnMethodExit(suppress = Throwable.class, inline = false)
    public static void exit(@Advice.This Object registry) {
      AppRegistries.created(registry);
    }

    private Created() {}
  }
}
