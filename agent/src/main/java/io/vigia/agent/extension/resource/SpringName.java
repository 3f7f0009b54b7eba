package io.vigia.agent.extension.resource;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import org.jspecify.annotations.Nullable;

/**
 * Asks upstream's detector, which knows where Spring Boot looks for {@code
 * spring.application.name}. By reflection, because it is in no published library.
 */
final class SpringName {

  private static final String DETECTOR =
      "io.opentelemetry.instrumentation.spring.resources.SpringBootServiceNameDetector";

  static @Nullable String find(ConfigProperties config) {
    try {
      ResourceProvider detector =
          (ResourceProvider) Class.forName(DETECTOR).getDeclaredConstructor().newInstance();
      return detector.createResource(config).getAttribute(AttributeKey.stringKey("service.name"));
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      // a newer upstream may move it; the next source of a name is asked
      return null;
    }
  }

  private SpringName() {}
}
