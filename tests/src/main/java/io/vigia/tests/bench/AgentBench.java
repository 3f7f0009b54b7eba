package io.vigia.tests.bench;

import io.vigia.tests.bench.AgentRun.Variant;
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
 *
 * <p>Resident memory is what Linux says ({@code VmRSS}), read twice at the same moment of all
 * three: as it is (trivial: some seconds after the start; guestbook: at the end of the load), and
 * after {@code jcmd GC.run}, which leaves out what the collector has only not yet got round to.
 */
@Command(
    name = "agent-bench",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures what the agent adds: none, upstream's and ours, interleaved.")
public final class AgentBench implements Callable<Integer> {
  @Option(
      names = "--rounds",
      defaultValue = "5",
      description = "of the trivial program (${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--rest",
      defaultValue = "5",
      description = "seconds until the trivial program's memory is read (${DEFAULT-VALUE})")
  private int restSeconds;

  @Option(
      names = "--generations",
      defaultValue = "5",
      description = "starts of the guestbook (${DEFAULT-VALUE})")
  private int generations;

  @Option(
      names = "--rate",
      defaultValue = "100",
      description = "requests a second to the guestbook (${DEFAULT-VALUE})")
  private int rate;

  @Option(
      names = "--warm-up",
      defaultValue = "60",
      description =
          "seconds of threefold load on each before, at most; ends when a request costs the same"
              + " CPU as 5 s before, and little of it is the JIT compiler's (${DEFAULT-VALUE})")
  private int warmUpSeconds;

  @Option(
      names = "--turns",
      defaultValue = "4",
      description = "of 5 s of load on each in a generation (${DEFAULT-VALUE})")
  private int turns;

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
    System.out.println(conditions());
    try (CollectorProcess collector =
        CollectorProcess.builder()
            .withoutAssertions()
            .destination("elasticsearch: {url: \"http://127.0.0.1:" + Ports.free() + "\"}")
            .build()
            .start()) {
      AgentRun run = new AgentRun(collector, agents, jvm);
      AgentTable trivial = new AgentTable();
      for (int round = 0; round < rounds; round++) {
        for (Variant variant : Variant.values()) {
          trivial.add(variant, run.trivial(variant, restSeconds));
        }
      }
      System.out.print(trivial.markdown("a trivial `main`"));
      if (!trivialOnly) {
        try (Redis redis = new Redis(1)) {
          GuestbookRun guestbook =
              new GuestbookRun(run, redis.primary(), rate, warmUpSeconds, turns);
          AgentTable table = new AgentTable();
          for (int generation = 0; generation < generations; generation++) {
            guestbook.into(table, generation);
          }
          System.out.print(table.markdown("guestbook (Spring Boot)"));
        }
      }
    }
    return 0;
  }

  private String conditions() throws IOException {
    return String.format(
        Locale.ROOT,
        "%d processors, Java %s, -Xmx256m %s; %s; medians (least–most) of %d starts of the trivial"
            + " program, %d of the guestbook, the latter at %d requests a second, %d s each",
        Runtime.getRuntime().availableProcessors(),
        System.getProperty("java.version"),
        String.join(" ", jvm),
        upstream().getFileName(),
        rounds,
        generations,
        rate,
        generations * turns * GuestbookRun.TURN_SECONDS);
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
}
