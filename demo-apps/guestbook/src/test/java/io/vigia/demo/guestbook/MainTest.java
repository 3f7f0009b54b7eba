package io.vigia.demo.guestbook;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @ParameterizedTest
  @ValueSource(strings = {"--port=-1", "--port=65536", "--port=http", "--prot=1"})
  void portThatIsNoneIsAWrongOption(String option) {
    StringWriter error = new StringWriter();
    int code = new CommandLine(new Main()).setErr(new PrintWriter(error, true)).execute(option);
    assertThat(code).isEqualTo(2);
    assertThat(error.toString()).contains(option.substring(0, 6));
  }
}
