package io.vigia.agent.extension.resource;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.extension.export.RandomId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Name of the service and the resource it is sent with. The first name that is known wins: the
 * user's setting, the Kubernetes workload, {@code spring.application.name}, the web application of
 * a Tomcat, Jetty, WildFly or Liberty, {@code Implementation-Title} of the main jar, the main jar's
 * file name without version, the main class. Command line and environment are never sent, because
 * people put passwords there.
 */
public final class ServiceIdentity {

  private static final AttributeKey<String> SERVICE_NAME = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> SERVICE_VERSION =
      AttributeKey.stringKey("service.version");

  private final String name;
  private final String source;
  private final Resource resource;

  private ServiceIdentity(String name, String source, Resource resource) {
    this.name = name;
    this.source = source;
    this.resource = resource;
  }

  /** Completes what the SDK's resource providers found in this process. */
  public static ServiceIdentity of(Resource found, ConfigProperties config) {
    return of(
        found,
        config,
        KubernetesIdentity.ofThisPod(),
        MainProgram.ofThisProcess(),
        SpringName::find);
  }

  /**
   * The same for what a configuration in YAML describes: a name in it goes first. Its detectors,
   * which need not be there, are what tells instances apart.
   */
  public static ServiceIdentity ofDeclared(Resource found, ConfigProperties variables) {
    ServiceIdentity identity = of(found, variables);
    String told = found.getAttribute(SERVICE_NAME);
    boolean isTold = told != null && !told.equals(Resource.getDefault().getAttribute(SERVICE_NAME));
    AttributesBuilder attributes = identity.resource.getAttributes().toBuilder();
    putIfAbsent(attributes, found, "service.instance.id", RandomId.uuid().toString());
    if (isTold) {
      attributes.put(SERVICE_NAME, told);
    }
    return new ServiceIdentity(
        isTold ? told : identity.name,
        isTold ? "otel.config.file" : identity.source,
        Resource.create(attributes.build(), found.getSchemaUrl()));
  }

  static ServiceIdentity of(
      Resource found,
      ConfigProperties config,
      @Nullable KubernetesIdentity kubernetes,
      MainProgram program,
      NameFinder springName) {
    AttributesBuilder attributes = found.getAttributes().toBuilder();
    attributes.removeIf(
        key ->
            key.getKey().equals("process.command_args")
                || key.getKey().equals("process.command_line"));
    if (kubernetes != null) {
      kubernetes.attributes().forEach((key, value) -> putIfAbsent(attributes, found, key, value));
    }
    String version = program.implementationVersion();
    if (version != null) {
      putIfAbsent(attributes, found, SERVICE_VERSION.getKey(), version);
    }
    String[] named = name(found, config, kubernetes, program, springName);
    attributes.put(SERVICE_NAME, named[0]);
    return new ServiceIdentity(
        named[0], named[1], Resource.create(attributes.build(), found.getSchemaUrl()));
  }

  private static void putIfAbsent(
      AttributesBuilder attributes, Resource found, String key, String value) {
    AttributeKey<String> typed = AttributeKey.stringKey(key);
    if (found.getAttribute(typed) == null) {
      attributes.put(typed, value);
    }
  }

  private static String[] name(
      Resource found,
      ConfigProperties config,
      @Nullable KubernetesIdentity kubernetes,
      MainProgram program,
      NameFinder springName) {
    String set = config.getString("otel.service.name");
    if (set != null) {
      return new String[] {set, "OTEL_SERVICE_NAME"};
    }
    Map<String, String> attributes = config.getMap("otel.resource.attributes");
    set = attributes.get("service.name");
    if (set != null) {
      return new String[] {set, "OTEL_RESOURCE_ATTRIBUTES"};
    }
    if (kubernetes != null && kubernetes.workload() != null) {
      return new String[] {kubernetes.workload(), "Kubernetes workload"};
    }
    String spring = springName.find(config);
    if (spring != null) {
      return new String[] {spring, "spring.application.name"};
    }
    if (program.webApplication() != null) {
      return new String[] {program.webApplication(), "web application"};
    }
    if (program.implementationTitle() != null) {
      return new String[] {program.implementationTitle(), "Implementation-Title"};
    }
    if (program.jarName() != null) {
      return new String[] {program.jarName(), "jar name"};
    }
    if (program.mainClass() != null) {
      return new String[] {program.mainClass(), "main class"};
    }
    String upstream = found.getAttribute(SERVICE_NAME);
    return new String[] {upstream == null ? "unknown_service:java" : upstream, "default"};
  }

  public String name() {
    return name;
  }

  /** Where the name came from, for people. */
  public String source() {
    return source;
  }

  public Resource resource() {
    return resource;
  }

  /** Finds a name or gives {@code null}. */
  interface NameFinder {
    @Nullable String find(ConfigProperties config);
  }
}
