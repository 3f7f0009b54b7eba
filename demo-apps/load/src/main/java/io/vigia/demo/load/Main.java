package io.vigia.demo.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;

/** Command line of the load. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    sortOptions = false,
    description = "Visits the guestbook as people do, and reports what was answered and how fast.",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:it ran", "1:nothing was answered", "2:wrong option"})
public final class Main implements Callable<Integer> {
  private static final Duration GRACE = Duration.ofSeconds(10);

  @Option(
      names = "--guestbook",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:3000",
      description = "the guestbook (${DEFAULT-VALUE})")
  private URI guestbook;

  @Option(
      names = "--classifier",
      paramLabel = "URL",
      description = "ask the classifier itself too, e.g. http://127.0.0.1:5000/predict")
  private @Nullable URI classifier;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "10",
      description = "visits a second, mean over a day (${DEFAULT-VALUE})")
  private double rate;

  @Option(
      names = {"--duration", "--seconds"},
      paramLabel = "TIME",
      defaultValue = "60s",
      converter = TimeConverter.class,
      description = "how long: 90, 90s, 5m, 2h (${DEFAULT-VALUE})")
  private Duration duration;

  @Option(
      names = "--day",
      paramLabel = "TIME",
      defaultValue = "5m",
      converter = TimeConverter.class,
      description = "a day lasts this long; 0 for a constant rate (${DEFAULT-VALUE})")
  private Duration day;

  @Option(
      names = "--bad",
      paramLabel = "SHARE",
      defaultValue = "5%",
      converter = ShareConverter.class,
      description = "share of bad input (5%%)")
  private double bad;

  @Option(
      names = "--slow",
      paramLabel = "SHARE",
      defaultValue = "2%",
      converter = ShareConverter.class,
      description = "share of senders with a slow line (2%%)")
  private double slow;

  @Option(
      names = "--pictures",
      paramLabel = "DIR",
      description = "leave these pictures (own drawings otherwise)")
  private @Nullable Path pictures;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "requests under way at most (${DEFAULT-VALUE})")
  private int connections;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "15s",
      converter = TimeConverter.class,
      description = "of one request (${DEFAULT-VALUE})")
  private Duration timeout;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "same seed, same visits (${DEFAULT-VALUE})")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "write the summary there")
  private @Nullable Path json;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** See {@code --help}. */
  public static void main(String[] args) {
    System.setProperty("java.awt.headless", "true");
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!(rate > 0) || rate > 100_000 || connections < 1 || connections > 10_000) {
      throw wrong("--rate must be above 0 and up to 100000, --connections 1 to 10000");
    }
    if (bad + slow > 1) {
      throw wrong("--bad and --slow must be 100% together at most");
    }
    if (timeout.isZero()) {
      throw wrong("--timeout must be above 0");
    }
    requireHttp("--guestbook", guestbook);
    if (classifier != null) {
      requireHttp("--classifier", classifier);
    }
    Pictures source = pictures();
    Random random = new Random(seed);
    Tally tally = new Tally();
    ExecutorService callbacks = Executors.newFixedThreadPool(4, Main::daemon);
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(Main::daemon);
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(timeout)
            .executor(callbacks)
            .build();
    LoadRun run =
        new LoadRun(
            http,
            new Arrivals(rate, day.toMillis() / 1e3, random),
            new Mix(bad, slow, classifier != null),
            new Requests(guestbook, classifier, source, timeout, timer),
            random,
            tally,
            connections);
    long startMillis = System.currentTimeMillis();
    CountDownLatch done = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(run, done)));
    var unused =
        timer.scheduleAtFixedRate(
            () -> System.err.println(summary(run, tally, startMillis).line()),
            10,
            10,
            TimeUnit.SECONDS);
    Summary summary;
    try {
      run.run(duration.toNanos(), GRACE.toNanos());
    } finally {
      timer.shutdown();
      summary = summary(run, tally, startMillis);
      summary.print(System.out);
      System.out.flush();
      if (json != null) {
        summary.write(json);
      }
      done.countDown();
    }
    return summary.answered() > 0 ? 0 : 1;
  }

  private void requireHttp(String option, URI url) {
    String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
    if (url.getHost() == null || !scheme.equals("http") && !scheme.equals("https")) {
      throw wrong(option + " must look like http://127.0.0.1:3000, not '" + url + "'");
    }
  }

  private Pictures pictures() {
    try {
      return pictures == null ? Pictures.drawn() : Pictures.of(pictures);
    } catch (IOException e) {
      throw wrong("--pictures cannot be read: " + e);
    }
  }

  private CommandLine.ParameterException wrong(String message) {
    return new CommandLine.ParameterException(spec.commandLine(), message);
  }

  private Summary summary(LoadRun run, Tally tally, long startMillis) {
    return new Summary(
        seed,
        startMillis,
        System.currentTimeMillis(),
        run.unsent(),
        run.inFlight(),
        tally.snapshot());
  }

  /** On Ctrl-C the summary is still printed. */
  private static void stop(LoadRun run, CountDownLatch done) {
    run.stop();
    try {
      done.await(GRACE.toSeconds() + 2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "load");
    thread.setDaemon(true);
    return thread;
  }

  /** The version in the jar's manifest. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"load " + (version == null ? "(from classes)" : version)};
    }
  }
}
