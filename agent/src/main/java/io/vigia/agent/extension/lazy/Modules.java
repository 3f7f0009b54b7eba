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

  /** The builder unchanged if the module is switched off or cannot be loaded. */
  AgentBuilder install(ModuleIndex.Module module, AgentBuilder builder) {
    try {
      Object instance =
          Class.forName(module.className, true, extensions).getDeclaredConstructor().newInstance();
      return (AgentBuilder) install.invoke(installer, instance, builder, config);
    } catch (InvocationTargetException e) {
      logger.log(Level.SEVERE, "Unable to load instrumentation " + module.className, e.getCause());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      logger.log(Level.SEVERE, "Unable to load instrumentation " + module.className, e);
    }
    return builder;
  }
}
