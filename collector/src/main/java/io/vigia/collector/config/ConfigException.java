package io.vigia.collector.config;

/**
 * The configuration cannot be used. The message is one line for the user: place, problem, remedy.
 */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * @param problemAndRemedy may begin with the path of the setting; it is said once
   */
  public ConfigException(Where where, String problemAndRemedy) {
    super(oneLine(where + ": " + withoutPath(where, problemAndRemedy)));
  }

  public ConfigException(String message) {
    super(oneLine(message));
  }

  private static String withoutPath(Where where, String problem) {
    String path = where.path() + ": ";
    return problem.startsWith(path) ? problem.substring(path.length()) : problem;
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s*[\\r\\n]+\\s*", " ");
  }
}
