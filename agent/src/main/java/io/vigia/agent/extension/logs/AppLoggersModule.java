package io.vigia.agent.extension.logs;

import static java.util.Collections.singletonList;
import static net.bytebuddy.matcher.ElementMatchers.isConstructor;
import static net.bytebuddy.matcher.ElementMatchers.namedOneOf;

import io.opentelemetry.javaagent.extension.instrumentation.InstrumentationModule;
import io.opentelemetry.javaagent.extension.instrumentation.TypeInstrumentation;
import io.opentelemetry.javaagent.extension.instrumentation.TypeTransformer;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.vigia.agent.boot.AppLoggers;
import java.util.List;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.matcher.ElementMatcher;

/** Learns of every logger of Logback, Log4j and the JDK, where {@link Agreement} has a question. */
public final class AppLoggersModule extends InstrumentationModule {

  public AppLoggersModule() {
    super("vigia-loggers");
  }

  @Override
  public boolean defaultEnabled(ConfigProperties config) {
    return AppLoggers.isWanted();
  }

  @Override
  public List<TypeInstrumentation> typeInstrumentations() {
    return singletonList(new Loggers());
  }

  /** Their constructors. */
  public static final class Loggers implements TypeInstrumentation {
    @Override
    public ElementMatcher<TypeDescription> typeMatcher() {
      return namedOneOf(LoggerSinks.LOGBACK, LoggerSinks.LOG4J, LoggerSinks.JDK);
    }

    @Override
    public void transform(TypeTransformer transformer) {
      transformer.applyAdviceToMethod(isConstructor(), Created.class.getName());
    }
  }

  /** One constructor calls the other; the second report of the same logger is ignored. */
  @SuppressWarnings("unused")
  public static final class Created {
    @Advice.OnMethodExit(suppress = Throwable.class)
    public static void exit(@Advice.This Object logger, @Advice.FieldValue("name") String name) {
      if (name != null) {
        AppLoggers.created(logger, name);
      }
    }

    private Created() {}
  }
}
