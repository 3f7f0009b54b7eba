package io.vigia.demo.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "--rate=0",
        "--connections=0",
        "--bad=60% --slow=60%",
        "--timeout=0",
        "--pictures=/nonexistent",
        "--guestbook=127.0.0.1",
        "--guestbook=ftp://127.0.0.1",
        "--classifier=nowhere"
      })
  void optionThatMakesNoSenseIsAWrongOption(String options) {
    StringWriter error = new StringWriter();
    int code =
        new CommandLine(new Main())
            .setErr(new PrintWriter(error, true))
            .execute((options + " --seconds=0").split(" "));
    assertThat(code).isEqualTo(2);
    assertThat(error.toString()).contains("--").doesNotContain("\tat ");
  }
}
