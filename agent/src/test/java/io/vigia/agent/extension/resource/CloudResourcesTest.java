package io.vigia.agent.extension.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ResourceProvider;
import io.opentelemetry.sdk.autoconfigure.spi.internal.DefaultConfigProperties;
import io.opentelemetry.sdk.resources.Resource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CloudResourcesTest {

  private static final AttributeKey<String> CLOUD = AttributeKey.stringKey("cloud.provider");
  private static final String PROVIDER = OneCloud.class.getName();

  /** Stands for one of upstream's. */
  public static final class OneCloud implements ResourceProvider {
    static int created;

    public OneCloud() {
      created++;
    }

    @Override
    public Resource createResource(ConfigProperties config) {
      return Resource.create(Attributes.of(CLOUD, "one"));
    }
  }

  @Test
  void providerThatIsSwitchedOffIsNotLoaded() {
    int before = OneCloud.created;
    CloudResources resources = new CloudResources(List.of(PROVIDER));
    assertThat(
            resources.shouldApply(
                config("otel.java.disabled.resource.providers"), Resource.empty()))
        .isFalse();
    assertThat(OneCloud.created).isEqualTo(before);
  }

  @Test
  void providerThatIsSwitchedOnIsAsked() {
    CloudResources resources = new CloudResources(List.of("no.such.Provider", PROVIDER));
    ConfigProperties config = config("otel.java.enabled.resource.providers");
    assertThat(resources.shouldApply(config, Resource.empty())).isTrue();
    assertThat(resources.createResource(config).getAttribute(CLOUD)).isEqualTo("one");
  }

  @Test
  void listOfEnabledProvidersStaysEmptyOrReachesTheClouds() {
    assertThat(CloudResources.withThis(List.of())).isEmpty();
    assertThat(CloudResources.withThis(List.of("a")))
        .containsExactly("a", CloudResources.class.getName());
  }

  private static ConfigProperties config(String key) {
    return DefaultConfigProperties.createFromMap(Map.of(key, PROVIDER));
  }
}
