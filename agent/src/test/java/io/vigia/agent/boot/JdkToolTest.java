package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JdkToolTest {

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdk.jcmd/sun.tools.jcmd.JCmd 1 Thread.print",
        "jdk.jcmd/sun.tools.jps.Jps",
        "java.base/sun.security.tools.keytool.Main -list",
        "jdk.compiler/com.sun.tools.javac.Main A.java",
        "sun.tools.jstack.JStack 1",
        "com.sun.tools.javac.Main A.java",
        "sun.rmi.registry.RegistryImpl",
        "jdk.jshell.execution.RemoteExecutionControl 39023",
      })
  void programOfTheJdkIsOne(String command) {
    assertThat(JdkTool.is(command, directory)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.acme.Main",
        "shop.module/com.acme.Main jdk.jcmd/sun.tools.jcmd.JCmd",
        "app.jar sun.tools.",
        "jdk.compiler/com.sun.tools.javac.launcher.Main Hello.java",
        "com.sun.enterprise.glassfish.bootstrap.ASMain",
        "org.apache.catalina.startup.Bootstrap start",
        "jdk.jar",
      })
  void applicationIsNone(String command) {
    assertThat(JdkTool.is(command, directory)).isFalse();
  }

  @Test
  void launcherWithNothingToRunIsOneAndAJvmInsideAnotherProgramIsNone() throws IOException {
    Path link = directory.resolve("exe");
    assertThat(JdkTool.is(null, link)).as("where there is no /proc").isFalse();
    Files.createSymbolicLink(link, Path.of("/opt/jdk/bin/java"));
    assertThat(JdkTool.is(null, link)).isTrue();
    Files.delete(link);
    Files.createSymbolicLink(link, Path.of("/usr/bin/jsvc"));
    assertThat(JdkTool.is(null, link)).isFalse();
  }
}
