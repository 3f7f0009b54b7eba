package io.vigia.agent.extension.lazy;

import io.opentelemetry.javaagent.bootstrap.LambdaTransformer;
import io.opentelemetry.javaagent.bootstrap.LambdaTransformerHolder;
import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.IllegalClassFormatException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Lambdas do not pass the JVM's transformers; upstream's instrumentation of their factory passes
 * them to one transformer. This adds ours behind it.
 */
public final class LazyLambdas implements AgentListener {

  private static final Logger logger = Logger.getLogger(LazyLambdas.class.getName());
  private static volatile @Nullable ClassFileTransformer lazy;

  static void use(ClassFileTransformer transformer) {
    lazy = transformer;
  }

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    ClassFileTransformer ours = lazy;
    LambdaTransformer upstream = LambdaTransformerHolder.getLambdaTransformer();
    if (ours == null || upstream == null) {
      return;
    }
    try {
      // the adapter for this JVM: with modules or without
      LambdaTransformer adapted =
          upstream.getClass().getConstructor(ClassFileTransformer.class).newInstance(ours);
      LambdaTransformerHolder.setLambdaTransformer(new Both(upstream, adapted));
    } catch (ReflectiveOperationException e) {
      logger.log(Level.WARNING, "Lambdas of libraries are not instrumented", e);
    }
  }

  private static final class Both implements LambdaTransformer {
    private final LambdaTransformer first;
    private final LambdaTransformer second;

    Both(LambdaTransformer first, LambdaTransformer second) {
      this.first = first;
      this.second = second;
    }

    @Override
    public byte @Nullable [] transform(String className, Class<?> targetClass, byte[] bytes)
        throws IllegalClassFormatException {
      byte[] once = first.transform(className, targetClass, bytes);
      byte[] twice = second.transform(className, targetClass, once == null ? bytes : once);
      return twice == null ? once : twice;
    }
  }
}
