package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.collector.LogLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FromFilesTest {
  @TempDir private Path folder;

  private FromFiles<Integer> number(Path file, long intervalMillis) {
    return new FromFiles<>(
        "test",
        List.of(file),
        intervalMillis,
        contents -> {
          try {
            return Integer.parseInt(new String(contents.get(0), StandardCharsets.UTF_8).strip());
          } catch (NumberFormatException e) {
            throw new IOException("no number");
          }
        });
  }

  @Test
  void changedFilesAreReadAgainAndNonsenseIsNotTaken() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "1");
    FromFiles<Integer> number = number(file, 0);
    number.load();
    assertThat(number.get()).isEqualTo(1);
    Files.writeString(file, "2");
    assertThat(number.get()).isEqualTo(2);
    Files.writeString(file, "half written");
    assertThat(number.get()).isEqualTo(2);
    Files.delete(file);
    assertThat(number.get()).isEqualTo(2);
    Files.writeString(file, "3");
    assertThat(number.get()).isEqualTo(3);
  }

  @Test
  void eachTimeThatFilesBecomeNonsenseIsSaidOnce() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "1");
    FromFiles<Integer> number = number(file, 0);
    number.load();
    try (LogLines lines = new LogLines(FromFiles.class)) {
      for (int time = 1; time <= 2; time++) {
        Files.writeString(file, "half written");
        number.get();
        number.get();
        assertThat(lines.with("going on with what was read before")).hasSize(time);
        Files.writeString(file, "1"); // put back
        number.get();
      }
    }
  }

  @Test
  void filesAreNotLookedAtWithinTheInterval() throws IOException {
    Path file = Files.writeString(folder.resolve("f"), "1");
    FromFiles<Integer> number = number(file, 3_600_000);
    number.load();
    Files.writeString(file, "2");
    assertThat(number.get()).isEqualTo(1);
  }

  @Test
  void aMissingFileIsNamedAtTheStart() {
    assertThatThrownBy(() -> number(folder.resolve("none"), 0).load())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(folder.resolve("none").toString())
        .hasMessageContaining("check path and owner");
  }
}
