package io.vigia.collector;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

class AdminOptionsTest {
  @Test
  void whoIsNotTheCollectorsUserIsToldSo() throws Exception {
    StringWriter err = new StringWriter();
    CommandLine line = new CommandLine(CommandSpec.create()).setErr(new PrintWriter(err, true));
    int code =
        new AdminOptions()
            .run(
                line.getCommandSpec(),
                () -> {
                  throw new AccessDeniedException("/data/state/main/lock");
                });
    assertThat(code).isEqualTo(1);
    assertThat(err.toString())
        .isEqualToIgnoringNewLines(
            "vigia: /data/state/main/lock is closed to this user; run it as the collector's");
  }
}
