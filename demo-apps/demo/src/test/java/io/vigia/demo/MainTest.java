package io.vigia.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"--rate=0", "--rate=-1", "--rate=NaN", "--rate=1e9", "--seconds=0"})
  void numberThatMakesNoSenseIsAWrongOption(String option) {
    StringWriter error = new StringWriter();
    String project = "--project=" + directory; // without jars: a right option ends with 1
    int code =
        new CommandLine(new Main())
            .setErr(new PrintWriter(error, true))
            .execute(option, project, "--data=" + directory);
    assertThat(code).isEqualTo(2);
    assertThat(error.toString()).contains("must be");
  }
}
