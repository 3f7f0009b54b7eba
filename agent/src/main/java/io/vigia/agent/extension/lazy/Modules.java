package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.tooling.instrumentation.InstrumentationModuleInstaller;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import java.lang.instrument.Instrumentation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.bytebuddy.agent.builder.AgentBuilder;
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

  /** Null if it cannot be loaded. */
  @Nullable InstrumentationModule create(ModuleIndex.Module module) {
    try {
      return (InstrumentationModule)
          Class.forName(module.className, true, extensions).getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      failed(module.className, e);
      return null;
    }
  }

  /** Whether it is one for the version of its library that the class loader has. */
  static boolean mayActIn(InstrumentationModule module, ClassLoader loader) {
    try {
      return module.classLoaderMatcher().matches(loader);
    } catch (RuntimeException | LinkageError e) {
      return true; // upstream asks again, and has its own way with it
    }
  }

  /** The builder unchanged if the module is switched off or cannot be installed. */
  AgentBuilder install(InstrumentationModule module, AgentBuilder builder) {
    try {
      return (AgentBuilder) install.invoke(installer, module, builder, config);
    } catch (InvocationTargetException e) {
      failed(module.getClass().getName(), e.getCause());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      failed(module.getClass().getName(), e);
    }
    return builder;
  }

  private static void failed(String module, @Nullable Throwable e) {
    logger.log(Level.SEVERE, "Unable to load instrumentation " + module, e);
  }
}
