package io.vigia.agent.boot;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Paths;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The file of properties that {@code otel.javaagent.configuration-file} names, below properties and
 * variables. Upstream reads it for the SDK and says what is wrong with it; what is decided without
 * the SDK has to follow it, too. Thread-safe.
 */
final class ConfigurationFile {

  private static final String SETTING = "otel.javaagent.configuration-file";

  private static final Properties NONE = new Properties();

  private static String path = "";
  private static Properties read = NONE;

  /** What it says, trimmed, or {@code null}. */
  static @Nullable String value(String property) {
    String value = content().getProperty(property, "").trim();
    return value.isEmpty() ? null : value;
  }

  static Set<String> names() {
    return content().stringPropertyNames();
  }

  /** Read once; upstream makes properties of the options of {@code -javaagent} when it starts. */
  private static synchronized Properties content() {
    String named = UpstreamSetting.given(SETTING);
    if (named == null) {
      return NONE;
    }
    if (!named.equals(path)) {
      path = named;
      read = read(named);
    }
    return read;
  }

  private static Properties read(String named) {
    Properties properties = new Properties();
    String home = System.getProperty("user.home", "~");
    String file = named.startsWith("~") ? home + named.substring(1) : named;
    try (Reader in = Files.newBufferedReader(Paths.get(file), StandardCharsets.UTF_8)) {
      properties.load(in);
    } catch (IOException | InvalidPathException | SecurityException e) {
      Console.debug(() -> SETTING + ": " + e);
    } catch (IllegalArgumentException e) { // upstream's message, which is that of its end, is bare
      Console.say(SETTING + " cannot be read to its end: " + e.getMessage());
    }
    return properties;
  }

  private ConfigurationFile() {}
}
