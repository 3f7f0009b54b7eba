package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class LaunchOptionsTest {

  @Test
  void jarIsTheClassPathWhateverElseIsSaid() {
    LaunchOptions options =
        new LaunchOptions(List.of("-cp", "ignored", "-Xmx1g", "-jar", "shop.jar", "-cp", "its"));
    assertThat(options.classPath).isEqualTo("shop.jar");
    assertThat(options.ofTheJvm).containsExactly("-Xmx1g");
  }

  @Test
  void onlyWhatTheArchiveDependsOnIsKept() {
    LaunchOptions options =
        new LaunchOptions(
            List.of(
                "-Dpassword=x",
                "-javaagent:vigia-agent.jar",
                "-Xlog:gc",
                "-XX:+UseSerialGC",
                "--add-modules",
                "java.sql",
                "-XX:SharedArchiveFile=old.jsa",
                "-classpath",
                "a.jar:b.jar",
                "shop.Main",
                "--port",
                "80"));
    assertThat(options.classPath).isEqualTo("a.jar:b.jar");
    assertThat(options.ofTheJvm).containsExactly("-XX:+UseSerialGC", "--add-modules", "java.sql");
  }

  @Test
  void whatCannotBeFollowedIsSaid() {
    assertThatThrownBy(() -> new LaunchOptions(List.of("@options", "-jar", "shop.jar")))
        .hasMessageContaining("@options");
    assertThatThrownBy(() -> new LaunchOptions(List.of("-m", "shop/shop.Main")))
        .hasMessageContaining("module");
    assertThatThrownBy(() -> new LaunchOptions(List.of("-Xmx1g"))).hasMessageContaining("missing");
  }
}
