package io.vigia.agent.extension.resource;

import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.Ordered;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.ConditionalResourceProvider;
import io.opentelemetry.sdk.resources.Resource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Upstream's resource providers for AWS, Azure, Google Cloud and Cloud Foundry, loaded when one is
 * switched on ({@code otel.resource.providers.<cloud>.enabled}). They are off by default, but
 * upstream loads them, and a JSON library, to find that out. The build moves them from the list of
 * providers to {@value #LIST}.
 */
public final class CloudResources implements ConditionalResourceProvider {

  static final String LIST = "/io/vigia/agent/cloud-resources.txt";

  private static final String ENABLED = "otel.java.enabled.resource.providers";
  private static final String DISABLED = "otel.java.disabled.resource.providers";
  private static final Logger logger = Logger.getLogger(CloudResources.class.getName());

  private final List<String> providers;
  private @Nullable Resource existing;

  public CloudResources() {
    this(listed());
  }

  CloudResources(List<String> providers) {
    this.providers = providers;
  }

  /** What {@value #ENABLED} must be so that a cloud's provider named in it is reached. */
  public static List<String> withThis(List<String> enabled) {
    List<String> names = new ArrayList<>(enabled);
    if (!enabled.isEmpty()) {
      names.add(CloudResources.class.getName());
    }
    return names;
  }

  /** Upstream has put those that are switched off into the list of disabled ones. */
  private List<String> on(ConfigProperties config) {
    List<String> enabled = config.getList(ENABLED);
    List<String> on = new ArrayList<>(providers);
    on.removeAll(config.getList(DISABLED));
    if (!enabled.isEmpty()) {
      on.retainAll(enabled);
    }
    return on;
  }

  @Override
  public boolean shouldApply(ConfigProperties config, Resource existing) {
    this.existing = existing;
    return !on(config).isEmpty();
  }

  @Override
  public Resource createResource(ConfigProperties config) {
    List<ResourceProvider> loaded = new ArrayList<>();
    for (String name : on(config)) {
      try {
        loaded.add(
            (ResourceProvider)
                Class.forName(name, true, CloudResources.class.getClassLoader())
                    .getDeclaredConstructor()
                    .newInstance());
      } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
        logger.log(Level.WARNING, "Resource provider " + name + " is left out", e);
      }
    }
    loaded.sort(Comparator.comparingInt(Ordered::order));
    Resource before = existing == null ? Resource.empty() : existing;
    Resource found = Resource.empty();
    for (ResourceProvider provider : loaded) {
      if (!(provider instanceof ConditionalResourceProvider)
          || ((ConditionalResourceProvider) provider).shouldApply(config, before.merge(found))) {
        found = found.merge(provider.createResource(config));
      }
    }
    return found;
  }

  private static List<String> listed() {
    List<String> names = new ArrayList<>();
    try (InputStream in = CloudResources.class.getResourceAsStream(LIST)) {
      if (in == null) {
        return names;
      }
      BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        names.add(line);
      }
    } catch (IOException e) {
      logger.log(Level.WARNING, "Cloud resource providers are left out", e);
    }
    return names;
  }
}
