package io.vigia.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Command line of {@code ./vigia demo}. */
@Command(
    name = "vigia demo",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    description = {
      "Runs the collector with its store and page, two services under the agent, Redis and visitors,",
      "until Ctrl-C."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the time was over, or with --once: everything was seen",
      "1:something did not start or stopped, or with --once: is missing",
      "2:wrong option",
      "130:Ctrl-C"
    })
public final class Main implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  @Option(
      names = "--once",
      description = "wait until all three signals can be queried, print what was seen, and exit")
  private boolean once;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "stop after this time; with --once: wait at most so long for data (120)")
  private @Nullable Integer seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "8",
      description = "visits a second, mean (${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "where data and logs are kept (vigia-data/demo; with --once a new directory that is removed)")
  private @Nullable Path data;

  @Option(
      names = "--project",
      paramLabel = "DIR",
      defaultValue = "${sys:vigia.project:-.}",
      hidden = true,
      description = "where the jars were built")
  private Path project;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** See {@code --help}. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds != null && (seconds < 1 || seconds > 31_536_000)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--seconds must be 1 to 31536000");
    }
    if (!(rate > 0 && rate <= 100_000)) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--rate must be above 0 and up to 100000");
    }
    PrintStream out = System.out;
    try {
      Jars jars = Jars.in(project);
      try (DemoDirectory directory = directory()) {
        return run(jars, directory, out);
      }
    } catch (DemoException e) {
      out.flush();
      System.err.println("vigia demo: " + e.getMessage());
      return 1;
    }
  }

  private DemoDirectory directory() throws DemoException {
    Path base = Path.of("vigia-data");
    if (data != null) {
      return DemoDirectory.open(data);
    }
    return once ? DemoDirectory.temporary(base) : DemoDirectory.open(base.resolve("demo"));
  }

  private int run(Jars jars, DemoDirectory directory, PrintStream out)
      throws IOException, DemoException, InterruptedException {
    Leftovers leftovers = new Leftovers(directory.path().resolve("children"));
    List<String> ended = leftovers.end();
    if (!ended.isEmpty()) {
      out.println("  ended what an earlier demo left running: " + String.join(", ", ended));
    }
    Children children = new Children(directory.path(), Watchdog.start(), leftovers);
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread hook =
        new Thread(
            () -> {
              interrupted.set(true);
              stop(children, out);
            },
            "stop");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return run(new Progress(out, children), jars, directory, children, out);
    } catch (DemoException | IOException e) {
      if (interrupted.get()) {
        return INTERRUPTED; // it fails because it is being stopped
      }
      throw e;
    } finally {
      stop(children, out);
    }
  }

  private int run(
      Progress progress, Jars jars, DemoDirectory directory, Children children, PrintStream out)
      throws IOException, DemoException, InterruptedException {
    long startNanos = System.nanoTime();
    out.println("Starting:");
    Demo demo = new Demo(jars, directory.path(), children, progress, new Ports(out));
    demo.startServices();
    demo.startLoad(rate);
    directory.tellAddress(demo.pageUrl());
    out.println(
        "\n  Page       " + demo.pageUrl() + "\n  Guestbook  " + demo.guestbookUrl() + "\n");
    if (once) {
      Evidence evidence = new Evidence(new QueryApi(new Http(), demo.pageUrl()));
      return once(
          evidence, new Once(evidence, progress, out, startNanos), directory, children, out);
    }
    out.println(
        "Ctrl-C stops everything."
            + (seconds == null ? "" : " It stops by itself after " + seconds + " s."));
    awaitEnd(progress);
    return 0;
  }

  private int once(
      Evidence evidence, Once look, DemoDirectory directory, Children children, PrintStream out)
      throws IOException, DemoException, InterruptedException {
    List<String> missing = look.look(Duration.ofSeconds(seconds == null ? 120 : seconds));
    evidence.report(out);
    if (missing.isEmpty()) {
      stop(children, out);
      if (data == null) {
        directory.delete();
      }
      return 0;
    }
    out.println("\nMissing:");
    missing.forEach(what -> out.println("  - " + what));
    children.all().forEach(child -> out.println("\n" + child.obituary()));
    return 1;
  }

  private void awaitEnd(Progress progress) throws DemoException, InterruptedException {
    long end =
        System.nanoTime()
            + (seconds == null ? Long.MAX_VALUE / 2 : Duration.ofSeconds(seconds).toNanos());
    while (System.nanoTime() - end < 0) {
      progress.requireAlive();
      Thread.sleep(200);
    }
  }

  private static void stop(Children children, PrintStream out) {
    if (!children.isClosed()) {
      out.println("Stopping.");
      children.close();
    }
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"vigia " + (version == null ? "(from classes)" : version)};
    }
  }
}
