package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.bootstrap.InstrumentationHolder;
import io.opentelemetry.javaagent.tooling.AgentExtension;
import io.opentelemetry.javaagent.tooling.Utils;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.vigia.agent.boot.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.instrument.Instrumentation;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.agent.builder.ResettableClassFileTransformer;
import net.bytebuddy.dynamic.ClassFileLocator;

/**
 * Loads an instrumentation module when the first class appears that it could act on. Upstream loads
 * all of its more than 300 modules at start, of which an application needs about twenty: the
 * largest single part of its start-up.
 *
 * <p>The build takes the modules that act on a library only out of upstream's service file and
 * lists them in {@code lazy-modules.txt} with the class names that make them act. Upstream loads
 * the rest as ever. For ours, one more class file transformer is installed whose list of
 * transformations is made per class ({@link LazyTransformations}). Late libraries (a web
 * application deployed later, another class loader) need no special case.
 *
 * <p>With {@code vigia.lazy=false} ({@code VIGIA_LAZY}), and when a class of a library is loaded
 * already, because the JVM runs that the agent is attached to or because another agent has loaded
 * it, all modules are loaded at once.
 */
public final class LazyModules implements AgentExtension {

  private static final Logger logger = Logger.getLogger(LazyModules.class.getName());
  private static final String INDEX = "/io/vigia/agent/lazy-modules.txt";

  @Override
  public AgentBuilder extend(AgentBuilder builder, ConfigProperties config) {
    try {
      Instrumentation instrumentation = InstrumentationHolder.getInstrumentation();
      ClassLoader extensions = Utils.getExtensionsClassLoader();
      if (instrumentation == null || extensions == null) {
        throw new IllegalStateException("the agent is not initialised");
      }
      AdviceTypes adviceTypes = adviceTypes(extensions);
      // what upstream hands over is a step of a builder, not yet one
      AgentBuilder complete = builder.with(AgentBuilder.Listener.NoOp.INSTANCE);
      List<?> ofUpstream = (List<?>) ByteBuddyInternals.transformations().get(complete);
      Late late = new Late(adviceTypes, ofUpstream);
      ModuleIndex index = index();
      Modules modules = new Modules(instrumentation, extensions, config);
      if (!config.getBoolean("vigia.lazy", true) || isLate(instrumentation, index)) {
        AgentBuilder all = complete.with(late);
        for (ModuleIndex.Module module : index.all()) {
          all = modules.install(modules.load(module), all);
        }
        return all;
      }
      LazyTransformations.install(complete, index, modules, adviceTypes, instrumentation);
      return limited(complete.with(late), ofUpstream);
    } catch (IOException | ReflectiveOperationException e) {
      throw new IllegalStateException("library instrumentation cannot be installed", e);
    }
  }

  /** Looking at more classes than needed is slower, and no reason to do without the modules. */
  private static AgentBuilder limited(AgentBuilder builder, List<?> transformations) {
    try {
      return RedefinedClasses.limit(builder, transformations);
    } catch (ReflectiveOperationException | RuntimeException e) {
      logger.log(Level.WARNING, "All loaded classes are looked at", e);
      return builder;
    }
  }

  private static AdviceTypes adviceTypes(ClassLoader extensions) {
    return new AdviceTypes(
        new ClassFileLocator.Compound(
            ClassFileLocator.ForClassLoader.of(Utils.getBootstrapProxy()),
            ClassFileLocator.ForClassLoader.of(Utils.getAgentClassLoader()),
            ClassFileLocator.ForClassLoader.of(extensions)));
  }

  /** Whether a library has been loaded that must be changed now: only upstream's way does that. */
  private static boolean isLate(Instrumentation instrumentation, ModuleIndex index) {
    ClassLoader system = ClassLoader.getSystemClassLoader();
    for (Class<?> type : instrumentation.getAllLoadedClasses()) {
      ClassLoader loader = type.getClassLoader();
      boolean isOfTheJdk = loader == null || loader == system.getParent();
      if (!isOfTheJdk
          && !loader.getClass().getName().startsWith("io.opentelemetry.javaagent.")
          && !index.find(type.getName(), superTypes(type, new HashSet<>())).isEmpty()) {
        Console.debug(() -> "all modules are loaded at once, because of " + type.getName());
        return true;
      }
    }
    return false;
  }

  private static Set<String> superTypes(Class<?> type, Set<String> found) {
    Class<?> superclass = type.getSuperclass();
    if (superclass != null && found.add(superclass.getName())) {
      superTypes(superclass, found);
    }
    for (Class<?> each : type.getInterfaces()) {
      if (found.add(each.getName())) {
        superTypes(each, found);
      }
    }
    return found;
  }

  private static ModuleIndex index() throws IOException {
    try (InputStream in = LazyModules.class.getResourceAsStream(INDEX)) {
      if (in == null) {
        throw new IOException(INDEX + " is missing in the agent jar");
      }
      Reader text = new InputStreamReader(in, StandardCharsets.UTF_8);
      return ModuleIndex.read(text);
    }
  }

  @Override
  public String extensionName() {
    return "vigia-lazy-modules";
  }

  /** After upstream's loader: a builder that is complete but for ours. */
  @Override
  public int order() {
    return Integer.MAX_VALUE;
  }

  /**
   * Changes upstream's transformations when nobody looks at their matchers any more: by the names
   * in them upstream leaves out, for each class, those that cannot act on it.
   */
  private static final class Late extends AgentBuilder.InstallationListener.Adapter {
    private final AdviceTypes adviceTypes;
    private final List<?> transformations;

    Late(AdviceTypes adviceTypes, List<?> transformations) {
      this.adviceTypes = adviceTypes;
      this.transformations = transformations;
    }

    @Override
    public void onBeforeInstall(
        Instrumentation instrumentation, ResettableClassFileTransformer transformer) {
      adviceTypes.use(transformations);
    }
  }
}
