package io.vigia.agent.extension.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.FileHandler;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLoggersTest {
  @TempDir private Path folder;

  private final Logger toFile = Logger.getLogger("vigia.test.file");
  private final Logger toConsole = Logger.getLogger("vigia.test.console");
  private FileHandler file;

  @BeforeEach
  void open() throws IOException {
    file = new FileHandler(folder.resolve("log").toString());
    toFile.addHandler(file);
    toFile.setUseParentHandlers(false);
  }

  @AfterEach
  void close() {
    toFile.removeHandler(file);
    file.close();
  }

  @Test
  void aNameOfWhichNoLoggerIsKnownIsNone() {
    assertThat(new FileLoggers(name -> List.of()).contains("audit")).isFalse();
  }

  @Test
  void oneOfTwoApplicationsThatMayPrintDecides() {
    List<Object> alike = new ArrayList<>(List.of(toFile));
    assertThat(new FileLoggers(name -> alike).contains("audit")).isTrue();
    alike.add(toConsole);
    assertThat(new FileLoggers(name -> alike).contains("audit")).isFalse();
  }

  @Test
  void theLoggerWithoutANameIsUpstreamsRoot() {
    Map<String, List<Object>> loggers = Map.of("", List.of(toFile));
    FileLoggers fileLoggers = new FileLoggers(name -> loggers.getOrDefault(name, List.of()));
    assertThat(fileLoggers.contains("ROOT")).isTrue();
    assertThat(fileLoggers.contains("other")).isFalse();
  }
}
