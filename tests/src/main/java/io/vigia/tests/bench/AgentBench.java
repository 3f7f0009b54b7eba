package io.vigia.tests.bench;

import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.demo.Redis;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What an agent costs: the same application without one, with upstream's and with ours, one after
 * the other in every round, so that what else the machine does hits all three alike. Both agents
 * send all three signals to one collector process. Medians of the rounds; load comes from this
 * process, at a fixed rate whatever the answers take.
 */
@Command(
    name = "agent-bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures what the agent adds: none, upstream's and ours, interleaved.")
public final class AgentBench implements Callable<Integer> {
  /** Which agent. */
  enum Variant {
    NONE,
    UPSTREAM,
    OURS
  }

  @Option(names = "--rounds", defaultValue = "7", description = "(${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--rate",
      defaultValue = "100",
      description = "requests a second to the guestbook (${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--seconds",
      defaultValue = "20",
      description = "of load, after as many of warm-up (${DEFAULT-VALUE})")
  private int seconds;

  @Option(
      names = "--rest",
      defaultValue = "5",
      description = "seconds until the trivial program's memory is read (${DEFAULT-VALUE})")
  private int restSeconds;

  @Option(names = "--trivial-only", description = "leave the guestbook out")
  private boolean trivialOnly;

  @Option(
      names = "--upstream",
      description = "upstream's agent jar; default: the newest in Maven's local repository")
  private @Nullable Path upstream;

  @Option(names = "--jvm", description = "an option of every JVM, may be given several times")
  private List<String> jvm = new ArrayList<>();

  public static void main(String[] args) {
    System.exit(new CommandLine(new AgentBench()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Map<Variant, List<String>> agents = new EnumMap<>(Variant.class);
    agents.put(Variant.NONE, List.of());
    agents.put(Variant.UPSTREAM, List.of("-javaagent:" + upstream()));
    agents.put(
        Variant.OURS,
        List.of("-javaagent:" + Folders.projectRoot().resolve("agent/target/vigia-agent.jar")));
    System.out.printf(
        "machine: %d processors, Java %s; upstream %s; JVM options: %s; %d rounds%n",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        upstream().getFileName(),
        jvm,
        rounds);
    try (CollectorProcess collector =
        CollectorProcess.builder()
            .destination("elasticsearch: {url: \"http://127.0.0.1:" + Ports.free() + "\"}")
            .build()
            .start()) {
      AgentRun run = new AgentRun(collector, jvm);
      Results trivial = new Results();
      for (int round = 0; round < rounds; round++) {
        for (Variant variant : Variant.values()) {
          trivial.add(variant, run.trivial(agents.getOrDefault(variant, List.of()), restSeconds));
        }
      }
      trivial.print("a trivial main");
      if (!trivialOnly) {
        try (Redis redis = new Redis(1)) {
          Results guestbook = new Results();
          for (int round = 0; round < rounds; round++) {
            for (Variant variant : Variant.values()) {
              List<String> agent = agents.getOrDefault(variant, List.of());
              guestbook.add(variant, run.guestbook(agent, redis.primary(), rate, seconds));
            }
          }
          guestbook.print("guestbook, " + rate + " requests a second");
        }
      }
    }
    return 0;
  }

  private Path upstream() throws IOException {
    return upstream != null ? upstream : upstreamAgent();
  }

  /** Upstream's agent, the newest in Maven's local repository. */
  public static Path upstreamAgent() throws IOException {
    Path folder =
        Path.of(
            System.getProperty("user.home"),
            ".m2/repository/io/opentelemetry/javaagent/opentelemetry-javaagent");
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(
              file -> file.getFileName().toString().matches("opentelemetry-javaagent-[0-9.]+jar"))
          .max(Path::compareTo)
          .orElseThrow(() -> new IOException("no upstream agent in " + folder));
    }
  }

  /** All rounds of one application. */
  private static final class Results {
    private final Map<Variant, List<AgentRun.Figures>> figures = new EnumMap<>(Variant.class);

    void add(Variant variant, AgentRun.Figures round) {
      figures.computeIfAbsent(variant, v -> new ArrayList<>()).add(round);
    }

    void print(String application) {
      System.out.printf("%n%s (medians)%n", application);
      System.out.printf(
          "%-34s %9s %9s %9s %9s %9s %7s%n",
          "", "none", "upstream", "ours", "+upstr.", "+ours", "ratio");
      for (AgentRun.Figure figure : AgentRun.Figure.values()) {
        double none = median(Variant.NONE, figure);
        if (Double.isNaN(none)) {
          continue;
        }
        double upstream = median(Variant.UPSTREAM, figure);
        double ours = median(Variant.OURS, figure);
        System.out.printf(
            Locale.ROOT,
            "%-34s %9.1f %9.1f %9.1f %9.1f %9.1f %7.2f%n",
            figure.title,
            none,
            upstream,
            ours,
            upstream - none,
            ours - none,
            (ours - none) / (upstream - none));
      }
    }

    private double median(Variant variant, AgentRun.Figure figure) {
      double[] values =
          figures.getOrDefault(variant, List.of()).stream()
              .mapToDouble(round -> round.of(figure))
              .sorted()
              .toArray();
      return values.length == 0 ? Double.NaN : values[values.length / 2];
    }
  }
}
