package io.vigia.agent.boot;

import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code java -jar vigia-agent.jar archive}: a class archive (class data sharing) for a service and
 * the agent. A JVM that runs an agent refuses to write one at its exit, because the classes of a
 * running service are changed ones. So the service runs once and only the names of its classes are
 * noted; then the JVM archives the classes of those names as they are in the jars; then the agent
 * is started with the archive, to see whether this JVM can do it. The options and files are the
 * JVM's own: {@code man java}, "Application Class Data Sharing".
 */
final class ArchiveCommand {

  static final String USAGE =
      "java -jar vigia-agent.jar archive [--out FILE] [--seconds N] -- <what follows java>\n"
          + "  runs the service once (until it ends, N seconds at most, 60 by default), with the agent\n"
          + "  and as itself: it does what it does. Use the java that will run it.\n";

  private static final int DUMP_SECONDS = 600;
  private static final int END_SECONDS = 60;

  private final PrintStream out;
  private final Path agent;
  private final Path work;

  private ArchiveCommand(PrintStream out, Path agent, Path work) {
    this.out = out;
    this.agent = agent;
    this.work = work;
  }

  /**
   * Makes an archive and says what to do with it, or why there is none.
   *
   * @param arguments those after {@code archive}
   * @return exit code: 0 made, 1 cannot be made, 2 not understood
   */
  static int run(List<String> arguments, PrintStream out) {
    int dashes = arguments.indexOf("--");
    Path archive = Paths.get("vigia.jsa").toAbsolutePath();
    int seconds = 60;
    LaunchOptions options;
    try {
      for (int i = 0; i < dashes; i += 2) {
        if (arguments.get(i).equals("--out")) {
          archive = Paths.get(arguments.get(i + 1)).toAbsolutePath();
        } else if (arguments.get(i).equals("--seconds")) {
          seconds = Integer.parseInt(arguments.get(i + 1));
        } else {
          throw new IllegalArgumentException("unknown option " + arguments.get(i));
        }
      }
      if (dashes < 0) {
        throw new IllegalArgumentException("what follows java is missing");
      }
      options = new LaunchOptions(arguments.subList(dashes + 1, arguments.size()));
    } catch (IllegalArgumentException e) {
      out.print(e.getMessage() + "\n" + USAGE);
      return 2;
    }
    String obstacle = obstacle();
    if (obstacle != null) {
      out.println("no archive: " + obstacle);
      return 1;
    }
    try {
      Path agent =
          Paths.get(
              ArchiveCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      Path work = Files.createTempDirectory("vigia-archive");
      try {
        return new ArchiveCommand(out, agent.toAbsolutePath(), work)
            .make(archive, seconds, options, arguments.subList(dashes + 1, arguments.size()));
      } finally {
        delete(work);
      }
    } catch (IOException | URISyntaxException e) {
      out.println("no archive: " + e);
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static @Nullable String obstacle() {
    if (JavaVersion.feature() < 11) {
      return "Java "
          + JavaVersion.feature()
          + " archives the JDK's classes only (11 and later: those of services too)";
    }
    return System.getProperty("java.vm.name", "").contains("OpenJ9")
        ? "OpenJ9 shares classes by itself: -Xshareclasses"
        : null;
  }

  private int make(Path archive, int seconds, LaunchOptions options, List<String> service)
      throws IOException, InterruptedException {
    Path list = work.resolve("classes.lst");
    if (!note(list, seconds, service)) {
      return 1;
    }
    ClassList classes = new ClassList(list, agent);
    int before = sharedClasses(options, Collections.<String>emptyList());
    boolean[] choices =
        classes.hasClassesOfTheAgentsLoader() ? new boolean[] {true, false} : new boolean[1];
    for (boolean withAgentsLoader : choices) {
      Files.write(
          list,
          withAgentsLoader
              ? classes.withAgentsLoader(work.resolve("classes.jar"))
              : classes.withoutOtherLoaders(),
          StandardCharsets.UTF_8);
      if (!dump(list, archive, options)) {
        continue;
      }
      List<String> use =
          Arrays.asList("-XX:SharedArchiveFile=" + archive, "-Xbootclasspath/a:" + agent);
      int with = sharedClasses(options, use);
      if (with > before) {
        out.println(
            "archived: a start of the agent takes "
                + with
                + " classes from archives, "
                + before
                + " before; "
                + Files.size(archive) / 1_000_000
                + " MB. Add to the service's options:");
        out.println(String.join(" ", use) + " -javaagent:" + agent);
        return 0;
      }
      out.println(
          with < 0
              ? "this JVM cannot start the agent with the archive"
              : "the archive brings nothing on this JVM");
      Files.deleteIfExists(archive);
    }
    out.println("no archive was made; the service runs without one as before");
    return 1;
  }

  /** Runs the service for the names of its classes. */
  private boolean note(Path list, int seconds, List<String> service)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("-XX:DumpLoadedClassList=" + list);
    command.add("-Xbootclasspath/a:" + agent);
    command.add("-javaagent:" + agent);
    service.stream()
        .filter(argument -> !argument.equals("-javaagent:" + agent))
        .forEach(command::add);
    Process process = java(command).inheritIO().start();
    boolean ended = process.waitFor(seconds, TimeUnit.SECONDS);
    stop(process);
    if (ended && process.exitValue() != 0) {
      out.println("no archive: the service ended with " + process.exitValue());
      return false;
    }
    if (!Files.exists(list)) {
      out.println("no archive: this JVM does not list its classes");
      return false;
    }
    return true;
  }

  private boolean dump(Path list, Path archive, LaunchOptions options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add("-Xshare:dump");
    command.add("-XX:SharedClassListFile=" + list);
    command.add("-XX:SharedArchiveFile=" + archive);
    command.add("-Xbootclasspath/a:" + agent);
    if (JavaVersion.feature() >= 24) {
      command.add("--add-modules=java.instrument"); // as -javaagent does; it is compared there
    }
    command.addAll(options.ofTheJvm);
    command.addAll(Arrays.asList("-cp", options.classPath));
    Path said = work.resolve("dump.log");
    Process process = java(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
    stop(process);
    if (process.exitValue() == 0 && Files.exists(archive)) {
      return true;
    }
    List<String> lines = Files.readAllLines(said, StandardCharsets.ISO_8859_1);
    out.println("the JVM makes no archive:");
    lines.subList(Math.max(0, lines.size() - 10), lines.size()).forEach(out::println);
    Files.deleteIfExists(archive);
    return false;
  }

  /**
   * Starts the agent and nothing else.
   *
   * @return how many classes came from archives; negative when the JVM did not live
   */
  private int sharedClasses(LaunchOptions options, List<String> use)
      throws IOException, InterruptedException {
    Path loaded = work.resolve("loaded.log");
    Files.deleteIfExists(loaded);
    List<String> command = new ArrayList<>(use);
    command.add("-Xlog:class+load:file=" + loaded + "::filecount=0");
    command.add("-XX:ErrorFile=" + work.resolve("error.log"));
    command.add("-javaagent:" + agent);
    for (String signal : new String[] {"traces", "metrics", "logs"}) {
      command.add("-Dotel." + signal + ".exporter=none");
    }
    command.add("-Dvigia.verdict=false");
    command.addAll(options.ofTheJvm);
    command.addAll(Arrays.asList("-cp", options.classPath));
    if (use.isEmpty()) {
      command.set(command.size() - 1, options.classPath + File.pathSeparator + agent);
    }
    command.addAll(Arrays.asList(Main.class.getName(), "--version"));
    Process process =
        java(command)
            .redirectErrorStream(true)
            .redirectOutput(work.resolve("start.log").toFile())
            .start();
    process.waitFor(DUMP_SECONDS, TimeUnit.SECONDS);
    stop(process);
    if (process.exitValue() != 0 || !Files.exists(loaded)) {
      return -1;
    }
    try (Stream<String> lines = Files.lines(loaded, StandardCharsets.ISO_8859_1)) {
      return (int) lines.filter(line -> line.contains("source: shared objects file")).count();
    }
  }

  private static void stop(Process process) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }

  private static ProcessBuilder java(List<String> options) {
    List<String> command = new ArrayList<>();
    command.add(Paths.get(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("JAVA_TOOL_OPTIONS"); // it may name the agent a second time
    return builder;
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }
}
