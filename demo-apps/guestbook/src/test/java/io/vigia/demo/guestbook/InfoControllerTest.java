package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class InfoControllerTest {
  @Test
  void environmentShowsOnlyWhatIsOnTheList() {
    Map<String, String> environment =
        Map.of(
            "LANG",
            "C",
            "REDIS_PASSWORD",
            "s3cret",
            "PATH",
            "/bin",
            "REDIS_PRIMARY",
            "me:s3cret@redis:6379");

    assertThat(InfoController.shown(environment))
        .containsOnly(Map.entry("LANG", "C"), Map.entry("REDIS_PRIMARY", "(hidden)"));
  }
}
