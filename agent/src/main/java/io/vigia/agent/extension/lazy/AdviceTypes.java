package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.tooling.instrumentation.indy.AdviceInliningPoolStrategy;
import java.lang.ref.SoftReference;
import java.util.List;
import java.util.ListIterator;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.dynamic.ClassFileLocator;
import net.bytebuddy.pool.TypePool;
import org.jspecify.annotations.Nullable;

/**
 * Where advice is read from. For each class that it changes upstream parses not only the advice but
 * also the ten or so annotation types that advice uses, and {@code Object} and {@code Throwable},
 * anew; here those are parsed once, which is a third of what start-up allocates. They are the same
 * whatever class is changed, because they come from the agent or the JDK; everything else is
 * resolved for each class as ever. Given back when memory is short. Thread-safe.
 */
final class AdviceTypes implements AgentBuilder.PoolStrategy {

  private static final Logger logger = Logger.getLogger(AdviceTypes.class.getName());

  private final ClassFileLocator agent;
  private @Nullable SoftReference<TypePool> shared;
  private volatile boolean failed;

  /**
   * @param agent finds the agent's classes and the JDK's
   */
  AdviceTypes(ClassFileLocator agent) {
    this.agent = agent;
  }

  /** Makes the transformers of a builder's transformations read advice here, if it can. */
  void use(List<?> transformations) {
    try {
      replaceTransformers(transformations);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // those that are left read it as upstream does, which is only slower
      logger.log(failed ? Level.FINE : Level.WARNING, "Advice is read more often than needed", e);
      failed = true;
    }
  }

  private void replaceTransformers(List<?> transformations) throws ReflectiveOperationException {
    for (Object transformation : transformations) {
      ListIterator<AgentBuilder.Transformer> transformers =
          ByteBuddyInternals.transformers(transformation).listIterator();
      while (transformers.hasNext()) {
        AgentBuilder.Transformer transformer = transformers.next();
        if (transformer.getClass() == AgentBuilder.Transformer.ForAdvice.class) {
          AgentBuilder.PoolStrategy strategy = inPlaceOf(transformer);
          if (strategy != null) {
            transformers.set(
                LeanAdvice.of((AgentBuilder.Transformer.ForAdvice) transformer, strategy));
          }
        }
      }
      LeanMatcher.use(transformation);
    }
  }

  private AgentBuilder.@Nullable PoolStrategy inPlaceOf(AgentBuilder.Transformer transformer)
      throws ReflectiveOperationException {
    Object upstream =
        ByteBuddyInternals.read(
            AgentBuilder.Transformer.ForAdvice.class, "poolStrategy", transformer);
    if (upstream.getClass() != AdviceInliningPoolStrategy.class
        || ByteBuddyInternals.read(AdviceInliningPoolStrategy.class, "poolStrategy", upstream)
            != AgentBuilder.PoolStrategy.Default.FAST) {
      return null;
    }
    return new AdviceInliningPoolStrategy(
        this,
        (boolean) ByteBuddyInternals.read(AdviceInliningPoolStrategy.class, "inline", upstream));
  }

  @Override
  public TypePool typePool(ClassFileLocator locator, @Nullable ClassLoader loader) {
    return new TypePool.LazyFacade(
        new TypePool.Default.WithLazyResolution(
            TypePool.CacheProvider.Simple.withObjectType(),
            locator,
            TypePool.Default.ReaderMode.FAST,
            new Common(shared())));
  }

  @Override
  public TypePool typePool(ClassFileLocator locator, @Nullable ClassLoader loader, String name) {
    return typePool(locator, loader);
  }

  /** Forgets what was parsed; it is parsed again when it is needed. */
  synchronized void release() {
    shared = null;
  }

  private synchronized TypePool shared() {
    TypePool pool = shared == null ? null : shared.get();
    if (pool == null) {
      pool =
          new TypePool.Default.WithLazyResolution(
              TypePool.CacheProvider.Simple.withObjectType(),
              agent,
              TypePool.Default.ReaderMode.FAST);
      shared = new SoftReference<>(pool);
    }
    return pool;
  }

  /** Resolves only what is the same for every class that is changed. */
  private static final class Common implements TypePool {
    private final TypePool shared;

    Common(TypePool shared) {
      this.shared = shared;
    }

    @Override
    public Resolution describe(String name) {
      return name.startsWith("net.bytebuddy.") || name.startsWith("java.lang.")
          ? shared.describe(name)
          : new Resolution.Illegal(name);
    }

    @Override
    public void clear() {
      // not ours to clear
    }
  }
}
