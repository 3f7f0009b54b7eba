package io.vigia.agent.extension.lazy;

import java.lang.reflect.Field;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/**
 * Leaves a class alone that a transformation is for and that has none of the methods it gives
 * advice to: Byte Buddy would read and write the whole class to the same bytes. The subclass of a
 * servlet, say, that inherits {@code service} is one of these. Immutable.
 */
final class LeanMatcher implements AgentBuilder.RawMatcher {

  /** What upstream does besides for the advice only, so that it is not missed without. */
  // $$L: a class of a lambda expression, the build's or the JVM's
  private static final String[] SERVING_ADVICE = {
    "io.opentelemetry.javaagent.tooling.instrumentation.ConstantAdjuster",
    "io.opentelemetry.javaagent.tooling.instrumentation.InstrumentationModuleInstaller$$L",
    "io.opentelemetry.javaagent.tooling.HelperInjector",
    "io.opentelemetry.javaagent.tooling.field.FieldBackedImplementationInstaller"
  };

  private final AgentBuilder.RawMatcher upstream;
  private final List<LeanAdvice> advice;

  private LeanMatcher(AgentBuilder.RawMatcher upstream, List<LeanAdvice> advice) {
    this.upstream = upstream;
    this.advice = advice;
  }

  /** Has no effect on a transformation that does more than give advice. */
  static void use(Object transformation) throws ReflectiveOperationException {
    List<LeanAdvice> advice = new ArrayList<>();
    for (AgentBuilder.Transformer transformer : ByteBuddyInternals.transformers(transformation)) {
      if (transformer instanceof LeanAdvice) {
        advice.add((LeanAdvice) transformer);
      } else if (!servesAdvice(transformer)) {
        return;
      }
    }
    if (!advice.isEmpty()) {
      Field matcher = ByteBuddyInternals.matcher(transformation);
      matcher.set(
          transformation,
          new LeanMatcher((AgentBuilder.RawMatcher) matcher.get(transformation), advice));
    }
  }

  private static boolean servesAdvice(AgentBuilder.Transformer transformer) {
    for (String name : SERVING_ADVICE) {
      if (transformer.getClass().getName().startsWith(name)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean matches(
      TypeDescription type,
      @Nullable ClassLoader loader,
      @Nullable JavaModule module,
      @Nullable Class<?> redefined,
      @Nullable ProtectionDomain domain) {
    return upstream.matches(type, loader, module, redefined, domain) && isMeant(type);
  }

  private boolean isMeant(TypeDescription type) {
    for (LeanAdvice one : advice) {
      if (one.hasMethodFor(type) || one.isForHelpersOnly(type)) {
        return true;
      }
    }
    return false;
  }
}
