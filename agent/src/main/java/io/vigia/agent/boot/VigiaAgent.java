package io.vigia.agent.boot;

import io.opentelemetry.javaagent.OpenTelemetryAgent;
import java.io.File;
import java.io.IOException;
import java.lang.instrument.Instrumentation;
import org.jspecify.annotations.Nullable;

/**
 * Entry point of {@code -javaagent:vigia-agent.jar}: makes sure that the agent is started at most
 * once in this JVM, then hands over to the upstream agent, which finds our extension in the same
 * jar. Never throws: an exception here would end the application.
 */
public final class VigiaAgent {

  private static final String STARTED = "vigia.agent.started";
  private static final String ENABLED = "otel.javaagent.enabled";
  private static final String TRUSTED =
      "otel.javaagent.experimental.security-manager-support.enabled";

  public static void premain(@Nullable String args, Instrumentation instrumentation) {
    try {
      if (isMeant(args) && mayStart()) {
        System.setProperty(STARTED, process());
        quietenUpstream();
        trustItself();
        LateTimeZone timeZone = new LateTimeZone();
        OpenTelemetryAgent.premain(args, instrumentation);
        timeZone.restore();
      }
    } catch (Throwable e) {
      System.err.println("[vigia] the agent did not start, the application runs without it: " + e);
    }
  }

  public static void agentmain(@Nullable String args, Instrumentation instrumentation) {
    try {
      if (isMeant(args) && mayStart()) {
        System.setProperty(STARTED, process());
        quietenUpstream();
        trustItself();
        OpenTelemetryAgent.agentmain(args, instrumentation);
      }
    } catch (Throwable e) {
      System.err.println("[vigia] the agent was not attached, the application runs on: " + e);
    }
  }

  /** The verdict has our version; upstream's own line would give ours as its. */
  private static void quietenUpstream() {
    String key =
        "io.opentelemetry.javaagent.slf4j.simpleLogger.log"
            + ".io.opentelemetry.javaagent.tooling.VersionLogger";
    if (System.getProperty(key) == null) {
      System.setProperty(key, "warn");
    }
  }

  /**
   * An application that installs a Security Manager when it runs (OpenSearch 2, Elasticsearch 7)
   * trusts its own code only: its policy is not to end what the agent was already doing.
   */
  private static void trustItself() {
    if (UpstreamSetting.value(TRUSTED) == null) {
      System.setProperty(TRUSTED, "true");
    }
  }

  /** Upstream leaves the JDK's programs alone too, but says so, and takes too much for one. */
  private static boolean isMeant(@Nullable String args) {
    if (UpstreamSetting.value(ENABLED) != null || (args != null && args.contains(ENABLED))) {
      return true;
    }
    if (JdkTool.isThisProcess()) {
      Console.debug(() -> "a program of the JDK: left alone");
      return false;
    }
    if (JdkTool.isSourceLauncher()) {
      System.setProperty(ENABLED, "true");
    }
    return true;
  }

  private static String process() {
    return process(new File("/proc/self"));
  }

  /** The process's number where it can be told: some hand all their properties to a child. */
  static String process(File self) {
    try {
      if (self.exists()) {
        return self.getCanonicalFile().getName();
      }
      Class<?> handle = Class.forName("java.lang.ProcessHandle");
      Object current = handle.getMethod("current").invoke(null);
      return String.valueOf(handle.getMethod("pid").invoke(current));
    } catch (IOException | ReflectiveOperationException e) {
      return "self"; // Java 8 on another system than Linux
    }
  }

  private static boolean mayStart() {
    if (process().equals(System.getProperty(STARTED))) {
      System.err.println("[vigia] -javaagent is given twice; the second one is ignored");
      return false;
    }
    if (upstreamIsRunning()) {
      System.err.println(
          "[vigia] another OpenTelemetry agent already runs in this JVM;"
              + " Vigía stays out. Remove one of the two -javaagent options");
      return false;
    }
    if (!isOnBootstrap("java.util.logging.Level")) {
      System.err.println(
          "[vigia] this Java runtime was linked without the module java.logging, which the agent"
              + " needs (jlink --add-modules); the application runs without it");
      return false;
    }
    return true;
  }

  /**
   * Upstream puts its classes on the bootstrap class path; seen there before we did so, another
   * agent did. (Unless our own jar was put there by -Xbootclasspath/a for class data sharing.)
   */
  private static boolean upstreamIsRunning() {
    return isOnBootstrap("io.opentelemetry.javaagent.bootstrap.AgentInitializer")
        && !isOnBootstrap("io.vigia.agent.boot.VigiaAgent");
  }

  private static boolean isOnBootstrap(String className) {
    try {
      Class.forName(className, false, null);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private VigiaAgent() {}
}
