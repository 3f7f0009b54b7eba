package io.vigia.agent.boot;

/** Of the JVM that this runs in. */
final class JavaVersion {

  /** 8, 11, 17 … */
  static int feature() {
    String version = System.getProperty("java.specification.version", "8");
    return Integer.parseInt(version.startsWith("1.") ? version.substring(2) : version);
  }

  private JavaVersion() {}
}
