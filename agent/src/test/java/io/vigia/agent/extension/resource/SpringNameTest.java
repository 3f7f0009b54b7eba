package io.vigia.agent.extension.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpringNameTest {

  @ParameterizedTest
  @CsvSource({
    "orders, orders",
    "${shop.name}, shop",
    "${shop.name:other}, shop",
    "${REGION}-orders, eu-orders",
    "${region.of-it}-orders, eu-west-orders",
    "${APP_NAME:orders}, orders",
    "${APP_NAME:${shop.name}}-${REGION}, shop-eu",
    "${APP_NAME:${OTHER:orders}}, orders",
    "${APP_NAME:a:b}, a:b",
  })
  void placeholdersHaveTheValuesThatTheyHaveForSpring(String written, String name) {
    assertThat(resolved(written)).isEqualTo(name);
  }

  /** The next source of a name is asked. */
  @ParameterizedTest
  @ValueSource(strings = {"${APP_NAME}", "${APP_NAME:}", "${APP_NAME:${OTHER}}", "${open", " ", ""})
  void partOfANameIsNone(String written) {
    assertThat(resolved(written)).isNull();
  }

  @Test
  void whatMavenWasToReplaceIsNone() {
    assertThat(resolved("@project.artifactId@")).isNull();
  }

  private static @Nullable String resolved(String written) {
    return SpringName.resolved(
        written,
        Map.of("shop.name", "shop")::get,
        Map.of("REGION", "eu", "REGION_OFIT", "eu-west")::get);
  }
}
