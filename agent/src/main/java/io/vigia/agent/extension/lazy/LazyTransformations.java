package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.tooling.DefineClassHandler;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.Field;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.utility.JavaModule;
import org.jspecify.annotations.Nullable;

/**
 * The list that Byte Buddy walks for each class that is loaded: it contains the transformations of
 * those modules that may act on this class, loaded on the way. The same idea as upstream's {@code
 * AgentBuilderUtil.optimize}, which leaves transformations out; here they are not even made. Nor
 * are those of a module for another version of the library than the class's loader has, which would
 * never act there, until a loader comes that has it.
 *
 * <p>Thread-safe. A module is loaded under a lock by a thread that is loading a class of the
 * application; only classes of the agent are loaded meanwhile, so nobody waits for the
 * application's locks. The application's class loaders are asked without it.
 */
final class LazyTransformations extends AbstractList<Object> {

  private static final ThreadLocal<Loading> LOADING = new ThreadLocal<>();

  private final ModuleIndex index;
  private final Modules modules;
  private final AdviceTypes adviceTypes;
  private final AgentBuilder empty;
  private final Field transformationsField;
  private final TreeMap<ModuleIndex.Module, List<?>> loaded = new TreeMap<>();
  private final Map<ModuleIndex.Module, Modules.Candidate> waiting = new HashMap<>();
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
    Loading loading = LOADING.get();
    if (loading == null || DefineClassHandler.isFailedClass(loading.className)) {
      // the JDK's own classes: their modules are not lazy
      return Collections.emptyIterator();
    }
    Set<String> superTypes = DefineClassHandler.getSuperTypes();
    Collection<ModuleIndex.Module> found = index.find(loading.className, superTypes);
    List<Object> ofFound = new ArrayList<>();
    for (ModuleIndex.Module module : found) {
      ofFound.addAll(transformations(module, loading.loader));
    }
    // defined in a way that upstream does not see? its super types were loaded earlier and brought
    // their modules
    return superTypes.isEmpty() ? allLoaded() : ofFound.iterator();
  }

  private List<?> transformations(ModuleIndex.Module module, ClassLoader loader) {
    Modules.Candidate candidate;
    synchronized (this) {
      List<?> ready = loaded.get(module);
      if (ready != null) {
        return ready;
      }
      candidate = waiting.get(module);
      if (candidate == null) {
        candidate = modules.load(module);
        if (candidate == null) {
          loaded.put(module, Collections.emptyList());
          return Collections.emptyList();
        }
        waiting.put(module, candidate);
      }
    }
    return candidate.mayActIn(loader) ? install(module, candidate) : Collections.emptyList();
  }

  private synchronized List<?> install(ModuleIndex.Module module, Modules.Candidate candidate) {
    List<?> ready = loaded.get(module);
    if (ready == null) {
      ready = install(candidate);
      loaded.put(module, ready);
      waiting.remove(module);
    }
    return ready;
  }

  private List<?> install(Modules.Candidate candidate) {
    AgentBuilder installed =
        modules.install(candidate, empty).with(AgentBuilder.Listener.NoOp.INSTANCE);
    try {
      List<?> transformations = (List<?>) transformationsField.get(installed);
      adviceTypes.use(transformations);
      return transformations;
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized Iterator<Object> allLoaded() {
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

  /** A class of the application that a thread is loading. */
  private static final class Loading {
    private final String className;
    private final ClassLoader loader;

    Loading(String className, ClassLoader loader) {
      this.className = className;
      this.loader = loader;
    }
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
        LOADING.set(new Loading(typeName, classLoader));
      }
    }

    /** Comes after an error, too. */
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
