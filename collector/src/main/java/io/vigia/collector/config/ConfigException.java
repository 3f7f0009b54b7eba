package io.vigia.collector.config;

/**
 * The configuration cannot be used. The message is one line for the user: place, problem, remedy.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  public ConfigException(Where where, String problemAndRemedy) {
    super(oneLine(where + ": " + problemAndRemedy));
  }

  public ConfigException(String message) {
    super(oneLine(message));
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
