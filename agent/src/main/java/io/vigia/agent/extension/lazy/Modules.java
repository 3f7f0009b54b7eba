package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.tooling.instrumentation.InstrumentationModuleInstaller;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.vigia.agent.boot.Console;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.matcher.ElementMatcher;
import org.jspecify.annotations.Nullable;

/** Loads modules and has upstream's installer add what they do to a builder. */
final class Modules {

  private static final Logger logger = Logger.getLogger(Modules.class.getName());

  private final ClassLoader extensions;
  private final ConfigProperties config;
  private final InstrumentationModuleInstaller installer;
  private final Method install;

  Modules(Instrumentation instrumentation, ClassLoader extensions, ConfigProperties config)
      throws ReflectiveOperationException {
    this.extensions = extensions;
    this.config = config;
    // neither is public; a test with the real jar would notice a change
    installer =
        InstrumentationModuleInstaller.class
            .getConstructor(Instrumentation.class, ClassLoader.class)
            .newInstance(instrumentation, extensions);
    install =
        InstrumentationModuleInstaller.class.getDeclaredMethod(
            "install", InstrumentationModule.class, AgentBuilder.class, ConfigProperties.class);
    install.setAccessible(true);
  }

  /** A module, and the class loaders that it is for. */
  static final class Candidate {
    private final InstrumentationModule module;

    /** Made once: it remembers its answers, and upstream's cache has a place for each one made. */
    private final ElementMatcher<ClassLoader> loaders;

    private Candidate(InstrumentationModule module) {
      this.module = module;
      this.loaders = module.classLoaderMatcher();
    }

    /** Whether it is one for the version of its library that the class loader has. */
    boolean mayActIn(ClassLoader loader) {
      try {
        return loaders.matches(loader);
      } catch (RuntimeException | LinkageError e) {
        return true; // upstream asks again, and has its own way with it
      }
    }
  }

  /** Null if it cannot be loaded. */
  @Nullable Candidate load(ModuleIndex.Module module) {
    try {
      return new Candidate(
          (InstrumentationModule)
              Class.forName(module.className, true, extensions)
                  .getDeclaredConstructor()
                  .newInstance());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      failed(module.className, e);
      return null;
    }
  }

  /** The builder unchanged if the module is switched off or cannot be installed. */
  AgentBuilder install(@Nullable Candidate candidate, AgentBuilder builder) {
    if (candidate == null) {
      return builder;
    }
    String name = candidate.module.getClass().getName();
    try {
      AgentBuilder installed =
          (AgentBuilder) install.invoke(installer, candidate.module, builder, config);
      if (installed != builder) {
        Console.debug(() -> "instrumentation is installed: " + name);
      }
      return installed;
    } catch (InvocationTargetException e) {
      failed(name, e.getCause());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      failed(name, e);
    }
    return builder;
  }

  private static void failed(String module, @Nullable Throwable e) {
    logger.log(Level.SEVERE, "Unable to load instrumentation " + module, e);
  }
}
