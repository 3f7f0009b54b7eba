package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;

class SettingsTest {
  @Test
  void withoutSettingsEverythingIsOnThisMachine() {
    Settings settings = Settings.from(name -> null);

    assertThat(settings.primary()).hasToString("127.0.0.1:6379");
    assertThat(settings.replicas()).containsExactly(settings.primary());
    assertThat(settings.classifier()).hasToString("http://127.0.0.1:5000/predict");
    assertThat(settings.classifierTimeout()).hasMillis(2_000);
  }

  @Test
  void replicasAreAListWithCommas() {
    Settings settings = Settings.from(Map.of("REDIS_REPLICAS", "a:1, b:2,")::get);

    assertThat(settings.replicas())
        .containsExactly(new HostAndPort("a", 1), new HostAndPort("b", 2));
  }

  @Test
  void wrongValueIsNamedWithARightOne() {
    assertThatThrownBy(() -> Settings.from(Map.of("REDIS_PRIMARY", "redis")::get))
        .hasMessage("REDIS_PRIMARY must look like 127.0.0.1:6379, not 'redis'");
    assertThatThrownBy(() -> Settings.from(Map.of("REDIS_PRIMARY", "redis:70000")::get))
        .hasMessageContaining("redis:70000");
    assertThatThrownBy(() -> Settings.from(Map.of("CLASSIFIER_URL", "localhost:5000")::get))
        .hasMessageContaining("CLASSIFIER_URL must look like http://");
    assertThatThrownBy(() -> Settings.from(Map.of("CLASSIFIER_TIMEOUT_MILLIS", "2s")::get))
        .hasMessageContaining("number of milliseconds");
  }
}
