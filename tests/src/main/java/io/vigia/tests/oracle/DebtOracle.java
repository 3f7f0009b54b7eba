package io.vigia.tests.oracle;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Jaeger;
import io.vigia.tests.backends.Prometheus;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.JaegerQueries;
import io.vigia.tests.client.PrometheusQueries;
import io.vigia.tests.collector.CollectorProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Every acknowledged id is a debt. Clients number their events and write down what was
 * acknowledged, while the collector is killed and the backends are killed, paused and made to
 * refuse; in the end every acknowledged log is in Elasticsearch exactly once, every span in Jaeger
 * and every metric point in Prometheus at least once, and a fresh probe passes.
 */
@Command(
    name = "oracle",
    mixinStandardHelpOptions = true,
    description = "Kills the collector again and again, and counts what was lost or doubled.")
public final class DebtOracle implements Callable<Integer> {
  @Option(
      names = "--kills",
      defaultValue = "100",
      description = "of the collector (${DEFAULT-VALUE})")
  private int kills;

  @Option(names = "--clients", defaultValue = "8", description = "(${DEFAULT-VALUE})")
  private int clients;

  @Option(names = "--seed", defaultValue = "1", description = "of the chances (${DEFAULT-VALUE})")
  private long seed;

  @Option(
      names = "--drain-seconds",
      defaultValue = "300",
      description = "time to pay the debt in the end (${DEFAULT-VALUE})")
  private int drainSeconds;

  @Option(
      names = "--minutes",
      defaultValue = "240",
      description = "no more kills after this time (${DEFAULT-VALUE})")
  private int minutes;

  @Option(
      names = "--late",
      description =
          "some bulk requests lose their connection and arrive a life later, after rollovers; the"
              + " collector has its fence on")
  private boolean late;

  public static void main(String[] args) {
    System.exit(new CommandLine(new DebtOracle()).execute(args));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Elasticsearch elasticsearch = new Elasticsearch()) {
      elasticsearch.start();
      Duration drain = Duration.ofSeconds(drainSeconds);
      Duration limit = Duration.ofMinutes(minutes);
      Verdict verdict = run(elasticsearch, kills, limit, clients, seed, drain, late);
      return verdict.good() ? 0 : 1;
    }
  }

  private static final Duration PROBE_LIMIT = Duration.ofSeconds(60);
  private static final String PENDING = "vigia_destination_pending_items";

  /**
   * Runs it against an Elasticsearch without data streams. Prints what it did.
   *
   * @param limit no more kills after this time
   * @param late whether some requests arrive a life later
   */
  public static Verdict run(
      Elasticsearch elasticsearch,
      int kills,
      Duration limit,
      int clients,
      long seed,
      Duration drain,
      boolean late)
      throws IOException, InterruptedException {
    System.out.println("oracle: seed " + seed + ", " + clients + " clients");
    try (Jaeger jaeger = new Jaeger();
        Prometheus prometheus = new Prometheus();
        FaultProxy proxy = new FaultProxy(elasticsearch.url(), seed);
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("elasticsearch: {url: \"" + proxy.url() + "\", fence: " + late + "}")
                .destination("jaeger: {endpoint: \"" + jaeger.otlpUrl() + "\"}")
                .destination("prometheus: {remoteWrite: \"" + prometheus.remoteWriteUrl() + "\"}")
                .build()) {
      jaeger.start();
      prometheus.start();
      collector.start();
      Ledger ledger = new Ledger();
      Chaos chaos = new Chaos(collector, proxy, elasticsearch, jaeger, prometheus, seed);
      List<Thread> senders = start(clients, collector, ledger, seed);
      try {
        chaos.run(kills, limit, late);
      } finally {
        stop(senders);
      }
      System.out.println("oracle: " + chaos);
      System.out.println("oracle: " + ledger);
      Ledger probe = new Ledger();
      probe(collector, probe, seed + 1_000);
      List<String> untried = untried(kills, chaos, ledger, probe);
      ledger.add(probe);

      ElasticsearchQueries logs = new ElasticsearchQueries(elasticsearch.url());
      JaegerQueries traces = new JaegerQueries(jaeger.queryUrl());
      PrometheusQueries metrics = new PrometheusQueries(prometheus.url());
      long start = System.nanoTime();
      awaitNothingPending(collector, start + drain.toNanos());
      Verdict verdict = Verdict.of(untried, ledger, logs, traces, metrics);
      while (verdict.lost() > 0 && System.nanoTime() - start < drain.toNanos()) {
        Thread.sleep(2_000);
        verdict = Verdict.of(untried, ledger, logs, traces, metrics);
      }
      System.out.printf(
          "oracle: %s, %d s after the last kill, %.0f items pending%n",
          verdict, seconds(start), collector.metrics().sum(PENDING));
      if (!verdict.good()) {
        System.out.println(collector.process().tail());
      }
      return verdict;
    }
  }

  /** Fresh clients, for a second and until one event of each signal was taken. */
  private static void probe(CollectorProcess collector, Ledger probe, long seed)
      throws InterruptedException {
    List<Thread> senders = start(Sender.Kind.values().length, collector, probe, seed);
    long deadline = System.nanoTime() + PROBE_LIMIT.toNanos();
    do {
      Thread.sleep(1_000);
    } while (!probe.counts().everySignal() && System.nanoTime() < deadline);
    stop(senders);
    System.out.println("oracle: the probe " + probe);
  }

  /** A run in which everything was refused, or nothing was harmed, is no proof. */
  private static List<String> untried(int kills, Chaos chaos, Ledger ledger, Ledger probe) {
    List<String> untried = new ArrayList<>(chaos.untried());
    if (chaos.kills() < kills) {
      untried.add((kills - chaos.kills()) + " of " + kills + " kills");
    }
    if (!ledger.counts().everySignal()) {
      untried.add("something acknowledged of each signal: " + ledger.counts());
    }
    if (!probe.counts().everySignal()) {
      untried.add("a probe of each signal that is acknowledged: " + probe.counts());
    }
    return untried;
  }

  /** Asks the backends only when the collector says that it is done: the asking is heavy work. */
  private static void awaitNothingPending(CollectorProcess collector, long deadlineNanos)
      throws InterruptedException {
    long start = System.nanoTime();
    long next = 0;
    double pending = collector.metrics().sum(PENDING);
    while (pending > 0 && System.nanoTime() < deadlineNanos) {
      if (seconds(start) >= next) {
        System.out.printf("oracle: %.0f items pending after %d s%n", pending, seconds(start));
        next += 10;
      }
      Thread.sleep(500);
      pending = collector.metrics().sum(PENDING);
    }
  }

  private static long seconds(long sinceNanos) {
    return TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - sinceNanos);
  }

  private static List<Thread> start(
      int clients, CollectorProcess collector, Ledger ledger, long seed) {
    Sender.Kind[] kinds = Sender.Kind.values();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Sender.Kind kind = kinds[i % kinds.length];
      int port = kind == Sender.Kind.FORWARD ? collector.forwardPort() : collector.otlpGrpcPort();
      // the seed makes the number, and with it every id, different from those of an earlier start
      Thread thread =
          new Thread(
              new Sender(kind, (int) (seed % 100_000) * 100 + i, port, ledger, seed),
              "sender-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
    return threads;
  }

  private static void stop(List<Thread> threads) throws InterruptedException {
    List<String> ended = new ArrayList<>();
    for (Thread thread : threads) {
      if (!thread.isAlive()) {
        ended.add(thread.getName());
      }
      thread.interrupt();
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    if (!ended.isEmpty()) {
      throw new IllegalStateException(
          "these clients ended by themselves, so that less was tried than said: " + ended);
    }
  }
}
