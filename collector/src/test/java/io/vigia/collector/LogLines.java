package io.vigia.collector;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one class says, also where tests keep it quiet. One at a time. */
public final class LogLines implements AutoCloseable {
  private static final int INFO = 20;

  private final Class<?> from;
  private final PrintStream before = System.err;
  private final int levelBefore;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  public LogLines(Class<?> from) {
    this.from = from;
    this.levelBefore = level(INFO);
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
  }

  /** Those with this text. */
  public List<String> with(String text) {
    String name = " " + from.getSimpleName() + " - ";
    return said.toString(StandardCharsets.UTF_8)
        .lines()
        .filter(line -> line.contains(name) && line.contains(text))
        .toList();
  }

  private int level(int level) {
    Logger logger = LoggerFactory.getLogger(from);
    try {
      Field field = logger.getClass().getDeclaredField("currentLogLevel");
      field.setAccessible(true);
      int was = field.getInt(logger);
      field.setInt(logger, level);
      return was;
    } catch (ReflectiveOperationException e) {
      throw new AssertionError("not slf4j-simple: " + logger.getClass(), e);
    }
  }

  @Override
  public void close() {
    System.setErr(before);
    level(levelBefore);
  }
}
