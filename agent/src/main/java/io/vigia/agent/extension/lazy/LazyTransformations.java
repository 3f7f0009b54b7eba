package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.tooling.DefineClassHandler;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/**
 * The list that Byte Buddy walks for each class that is loaded: it contains the transformations of
 * those modules that may act on this class, loaded on the way. The same idea as upstream's {@code
 * AgentBuilderUtil.optimize}, which leaves transformations out; here they are not even made.
 *
 * <p>Thread-safe. A module is loaded under a lock by a thread that is loading a class of the
 * application; only classes of the agent are loaded meanwhile, so nobody waits for the
 * application's locks.
 */
final class LazyTransformations extends AbstractList<Object> {

  private static final ThreadLocal<String> LOADING = new ThreadLocal<>();

  private final ModuleIndex index;
  private final Modules modules;
  private final AdviceTypes adviceTypes;
  private final AgentBuilder empty;
  private final Field transformationsField;
  private final TreeMap<ModuleIndex.Module, List<?>> loaded = new TreeMap<>();
  private volatile long asked;

  private LazyTransformations(
      ModuleIndex index,
      Modules modules,
      AdviceTypes adviceTypes,
      AgentBuilder empty,
      Field transformationsField) {
    this.index = index;
    this.modules = modules;
    this.adviceTypes = adviceTypes;
    this.empty = empty;
    this.transformationsField = transformationsField;
  }

  /** Installs a transformer of its own, set up as the given builder is. */
  static void install(
      AgentBuilder like,
      ModuleIndex index,
      Modules modules,
      AdviceTypes adviceTypes,
      Instrumentation instrumentation)
      throws ReflectiveOperationException {
    Field field = ByteBuddyInternals.transformations();
    // no class of a library is loaded before the agent, so nothing has to be transformed again
    AgentBuilder base = like.with(AgentBuilder.RedefinitionStrategy.DISABLED);
    AgentBuilder empty = base.with(AgentBuilder.Listener.NoOp.INSTANCE);
    field.set(empty, new ArrayList<>());
    LazyTransformations list = new LazyTransformations(index, modules, adviceTypes, empty, field);
    AgentBuilder builder = base.with(new ClassNameListener());
    field.set(builder, list);
    ResettableClassFileTransformer transformer = builder.installOn(instrumentation);
    LazyLambdas.use(transformer);
    TypeCaches.releaseWhenQuiet(list, adviceTypes);
  }

  /** Changes whenever a class is asked about. */
  long asked() {
    return asked;
  }

  @Override
  public Iterator<Object> iterator() {
    asked = System.nanoTime();
    String className = LOADING.get();
    if (className == null || DefineClassHandler.isFailedClass(className)) {
      // the JDK's own classes: their modules are not lazy
      return Collections.emptyIterator();
    }
    Set<String> superTypes = DefineClassHandler.getSuperTypes();
    Collection<ModuleIndex.Module> found = index.find(className, superTypes);
    if (superTypes.isEmpty()) {
      // defined in a way that upstream does not see; its super types were loaded earlier and
      // brought their modules
      return allLoaded(found);
    }
    return found.isEmpty() ? Collections.emptyIterator() : load(found).iterator();
  }

  private synchronized List<Object> load(Collection<ModuleIndex.Module> wanted) {
    List<Object> transformations = new ArrayList<>();
    for (ModuleIndex.Module module : wanted) {
      List<?> ready = loaded.get(module);
      if (ready == null) {
        ready = load(module);
        loaded.put(module, ready);
      }
      transformations.addAll(ready);
    }
    return transformations;
  }

  private List<?> load(ModuleIndex.Module module) {
    AgentBuilder installed =
        modules.install(module, empty).with(AgentBuilder.Listener.NoOp.INSTANCE);
    try {
      List<?> transformations = (List<?>) transformationsField.get(installed);
      adviceTypes.use(transformations);
      return transformations;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized Iterator<Object> allLoaded(Collection<ModuleIndex.Module> found) {
    load(found);
    List<Object> transformations = new ArrayList<>();
    loaded.values().forEach(transformations::addAll);
    return transformations.iterator();
  }

  /** Byte Buddy asks for the iterator only. */
  @Override
  public Object get(int position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int size() {
    return 0;
  }

  /** Tells {@link #iterator()} which class is asked about. */
  private static final class ClassNameListener extends AgentBuilder.Listener.Adapter {
    @Override
    public void onDiscovery(
        String typeName,
        @Nullable ClassLoader classLoader,
        @Nullable JavaModule module,
        boolean loaded) {
      if (classLoader != null) {
        LOADING.set(typeName);
      }
    }

    @Override
    public void onError(
        String typeName,
        @Nullable ClassLoader classLoader,
        @Nullable JavaModule module,
        boolean loaded,
        Throwable throwable) {
      LOADING.remove();
    }

    @Override
    public void onComplete(
        String typeName,
        @Nullable ClassLoader classLoader,
        @Nullable JavaModule module,
        boolean loaded) {
      LOADING.remove();
    }
  }
}
