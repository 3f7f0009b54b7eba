package io.vigia.agent.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process is one of the JDK's own programs ({@code jcmd}, {@code keytool}, {@code java
 * -version} …), which get the agent by {@code JAVA_TOOL_OPTIONS} although nobody meant them: with
 * it {@code kubectl exec POD -- jcmd 1 Thread.print} would take a second longer, and the memory of
 * another agent in a container that may not have it.
 */
final class JdkTool {

  private static final String SOURCE_LAUNCHER = "jdk.compiler/com.sun.tools.javac.launcher.";

  /** The launcher's {@code module/class} of Java 9 and later, or the class alone on Java 8. */
  private static final Pattern COMMAND =
      Pattern.compile(
          "(?:(?:jdk|java)\\.[\\w.]+/|(?:com\\.)?sun\\.tools\\.|sun\\.security\\.tools\\.|sun\\.rmi\\."
              + "|jdk\\.jshell\\.execution\\.)\\S+(?: .*)?",
          Pattern.DOTALL);

  static boolean isThisProcess() {
    return is(System.getProperty("sun.java.command"), Paths.get("/proc/self/exe"));
  }

  /** {@code java Hello.java}: an application, run by the compiler's module. */
  static boolean isSourceLauncher() {
    String command = System.getProperty("sun.java.command");
    return command != null && command.startsWith(SOURCE_LAUNCHER);
  }

  /**
   * @param command {@code sun.java.command}: set by every launcher that runs something
   * @param executable a link to what runs; need not exist
   */
  static boolean is(@Nullable String command, Path executable) {
    if (command != null) {
      return COMMAND.matcher(command).matches() && !command.startsWith(SOURCE_LAUNCHER);
    }
    try {
      // java with nothing to run, unlike a JVM inside another program
      return Files.readSymbolicLink(executable).endsWith("java");
    } catch (IOException | RuntimeException e) {
      return false; // not Linux
    }
  }

  private JdkTool() {}
}
