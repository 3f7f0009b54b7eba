package io.vigia.agent.extension.lazy;

import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.matcher.ElementMatchers;
import net.bytebuddy.matcher.LatentMatcher;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/**
 * Does what upstream's transformer does, unless none of the class's methods is meant: then the
 * advice, which is most of the work of changing a class, is not even read. An executor, say, is
 * offered ten pieces of advice and declares two of the methods. Immutable.
 */
final class LeanAdvice extends AgentBuilder.Transformer.ForAdvice {

  private final List<LatentMatcher<? super MethodDescription>> methods = new ArrayList<>();

  private LeanAdvice(ForAdvice like, AgentBuilder.PoolStrategy poolStrategy, List<Entry> entries)
      throws ReflectiveOperationException {
    super(
        (Advice.WithCustomMapping) read("advice", like),
        (Advice.ExceptionHandler) read("exceptionHandler", like),
        (Assigner) read("assigner", like),
        (ClassFileLocator) read("classFileLocator", like),
        poolStrategy,
        (AgentBuilder.LocationStrategy) read("locationStrategy", like),
        entries,
        auxiliaries(like));
    for (Entry entry : entries) {
      methods.add(matcher(entry));
    }
  }

  /** The given transformer with another source of types. */
  @SuppressWarnings("unchecked")
  static AgentBuilder.Transformer of(ForAdvice upstream, AgentBuilder.PoolStrategy poolStrategy)
      throws ReflectiveOperationException {
    return auxiliaries(upstream).isEmpty()
        ? new LeanAdvice(upstream, poolStrategy, (List<Entry>) read("entries", upstream))
        : upstream.with(poolStrategy);
  }

  @SuppressWarnings("unchecked")
  private static List<String> auxiliaries(ForAdvice upstream) throws ReflectiveOperationException {
    return (List<String>) read("auxiliaries", upstream);
  }

  @SuppressWarnings("unchecked")
  private static LatentMatcher<? super MethodDescription> matcher(Entry entry)
      throws ReflectiveOperationException {
    return (LatentMatcher<? super MethodDescription>)
        ByteBuddyInternals.read(Entry.class, "matcher", entry);
  }

  private static Object read(String name, ForAdvice owner) throws ReflectiveOperationException {
    return ByteBuddyInternals.read(ForAdvice.class, name, owner);
  }

  @Override
  public DynamicType.Builder<?> transform(
      DynamicType.Builder<?> builder,
      TypeDescription type,
      @Nullable ClassLoader loader,
      @Nullable JavaModule module,
      @Nullable ProtectionDomain domain) {
    return hasMethodFor(type) ? super.transform(builder, type, loader, module, domain) : builder;
  }

  /**
   * Whether this is advice for no method of any class: upstream gives it to have the helper classes
   * that it names defined beside the class, where other modules look for them by name. {@code
   * GlobalOpenTelemetry}'s newer versions get their metrics and logs so.
   */
  boolean isForHelpersOnly(TypeDescription type) {
    for (LatentMatcher<? super MethodDescription> latent : methods) {
      if (!latent.resolve(type).equals(ElementMatchers.none())) {
        return false;
      }
    }
    return true;
  }

  /** Whether the class has a method of its own, with code, that is meant. */
  boolean hasMethodFor(TypeDescription type) {
    for (LatentMatcher<? super MethodDescription> latent : methods) {
      ElementMatcher<? super MethodDescription> matcher = latent.resolve(type);
      if (matcher.matches(new MethodDescription.Latent.TypeInitializer(type))) {
        return true;
      }
      for (MethodDescription method : type.getDeclaredMethods()) {
        if (!method.isAbstract() && !method.isNative() && matcher.matches(method)) {
          return true;
        }
      }
    }
    return false;
  }
}
