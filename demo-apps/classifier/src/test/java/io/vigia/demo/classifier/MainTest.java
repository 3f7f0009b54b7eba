package io.vigia.demo.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Test
  void drawsAPictureOfTheAskedSize() throws Exception {
    Path file = folder.resolve("dog.PNG");

    assertThat(run("draw", "dog", file.toString(), "--size", "64")).isZero();
    assertThat(ImageIO.read(file.toFile()).getHeight()).isEqualTo(64);
  }

  @Test
  void whatCannotBeDrawnIsNamed() {
    assertThat(run("draw", "unicorn", folder.resolve("u.png").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("cannot draw 'unicorn'; can draw bird, boat");
    assertThat(run("draw", "dog", folder.resolve("dog.tiff").toString())).isEqualTo(2);
    assertThat(run("draw", "dog", folder.resolve("no/such/dog.png").toString())).isEqualTo(2);
    assertThat(Files.exists(folder.resolve("u.png"))).isFalse();
  }

  @Test
  void modelWithoutLabelsIsAnError() {
    assertThat(run("--model", "x.onnx")).isEqualTo(2);
    assertThat(err.toString()).contains("--model and --labels belong together");
  }

  @Test
  void missingModelFileIsAnErrorNotAStackTrace() {
    assertThat(run("--model", "no.onnx", "--labels", "no.txt", "--port", "0")).isEqualTo(2);
  }

  @Test
  void portOutOfRangeIsAnError() {
    assertThat(run("--port", "70000")).isEqualTo(2);
    assertThat(err.toString()).contains("0 to 65535, not 70000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--max-bytes", "--max-pixels"})
  void limitOutOfRangeIsAnError(String option) {
    for (long limit : new long[] {-1, 0, Long.MAX_VALUE}) {
      assertThat(run(option, "" + limit, "--host", "192.0.2.1")).isEqualTo(2);
      assertThat(err.toString()).contains(option).contains("1 to ");
    }
  }

  @Test
  void helpAndVersionAreAnswered() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString()).contains("--port").contains("draw");
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).contains("classifier ");
    out.getBuffer().setLength(0);
    assertThat(run("draw", "--version")).isZero();
    assertThat(out.toString()).contains("classifier ");
  }

  private int run(String... args) {
    return new CommandLine(new Main())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(args);
  }
}
