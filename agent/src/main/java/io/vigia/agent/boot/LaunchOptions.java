package io.vigia.agent.boot;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What follows {@code java} on the command line of a service, as far as a class archive needs. */
final class LaunchOptions {

  /** Those whose value is the next argument. */
  private static final Set<String> WITH_VALUE =
      new HashSet<>(
          Arrays.asList(
              "-p",
              "--module-path",
              "--upgrade-module-path",
              "--add-modules",
              "--limit-modules",
              "--add-reads",
              "--add-exports",
              "--add-opens",
              "--patch-module",
              "--enable-native-access"));

  /** Have no part in what is archived, or would have the JVM do something else. */
  private static final String[] NOT_FOR_AN_ARCHIVE = {
    "-D",
    "-javaagent:",
    "-agentlib:",
    "-agentpath:",
    "-Xrun",
    "-Xlog",
    "-Xshare:",
    "-XX:AOT",
    "-XX:SharedArchiveFile",
    "-XX:ArchiveClassesAtExit",
    "-XX:+AutoCreateSharedArchive",
    "-XX:SharedClassListFile",
    "-XX:DumpLoadedClassList",
    "-XX:StartFlightRecording",
    "-XX:Flags=",
    "-verbose",
    "-XshowSettings",
    "-ea",
    "-da",
    "-esa",
    "-dsa"
  };

  /** Options of the JVM that the archive depends on, values included. */
  final List<String> ofTheJvm = new ArrayList<>();

  /** Of the application class loader. */
  final String classPath;

  /**
   * @throws IllegalArgumentException in words for the user, when they cannot be followed
   */
  LaunchOptions(List<String> arguments) {
    String path = System.getenv("CLASSPATH");
    String jarOrMain = null;
    for (int i = 0; i < arguments.size() && jarOrMain == null; i++) {
      String argument = arguments.get(i);
      boolean hasNext = i + 1 < arguments.size();
      if (argument.startsWith("@")) {
        throw new IllegalArgumentException(
            "argument files are not read: write out what " + argument + " has in it");
      } else if (argument.equals("-m")
          || argument.startsWith("--module=")
          || argument.equals("--module")) {
        throw new IllegalArgumentException(
            "a main module cannot be archived with the agent; on the class path it can");
      } else if (argument.equals("-jar") && hasNext) {
        path = arguments.get(++i);
        jarOrMain = path;
      } else if (isClassPath(argument) && hasNext) {
        path = arguments.get(++i);
      } else if (argument.startsWith("--class-path=")) {
        path = argument.substring("--class-path=".length());
      } else if (!argument.startsWith("-")) {
        jarOrMain = argument;
      } else {
        boolean wanted = isForAnArchive(argument);
        if (wanted) {
          ofTheJvm.add(argument);
        }
        if (WITH_VALUE.contains(argument) && hasNext) {
          ofTheJvm.add(arguments.get(++i));
        }
      }
    }
    if (jarOrMain == null) {
      throw new IllegalArgumentException("what is to be run is missing: -jar FILE or a class");
    }
    classPath = path == null || path.isEmpty() ? "." : path;
  }

  private static boolean isClassPath(String argument) {
    return argument.equals("-cp")
        || argument.equals("-classpath")
        || argument.equals("--class-path");
  }

  private static boolean isForAnArchive(String argument) {
    return Arrays.stream(NOT_FOR_AN_ARCHIVE).noneMatch(argument::startsWith);
  }
}
