package io.vigia.tests.bench;

import io.vigia.tests.bench.AgentFigures.Figure;
import io.vigia.tests.bench.AgentRun.Application;
import io.vigia.tests.bench.AgentRun.Variant;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One generation of the Spring Boot guestbook: all three are started, one after the other, and then
 * live side by side. Load goes to one of them at a time, in turns of a few seconds, so that
 * whatever the machine does meanwhile hits all alike.
 */
final class GuestbookRun {
  /** Warm-up is so many times quicker than the measured rate, so that the JIT compiler is done. */
  private static final int WARM_UP_FACTOR = 3;

  /** Two turns of warm-up that differ by less in CPU for a request end it ... */
  private static final double STEADY = 0.05;

  /** ... once the JIT compiler takes less of it than this. */
  private static final double COMPILED = 0.1;

  /**
   * Tomcat has as many as it ever needed at once, 25 to 100, which one stall of the machine
   * decides; each is 200 kB of the application's memory, on whichever of the three it came to be.
   */
  private static final String REQUEST_THREADS = "16";

  /** Of load on one of them, before it is the next one's turn. */
  static final int TURN_SECONDS = 5;

  private final AgentRun run;
  private final String redis;
  private final int rate;
  private final int warmUpSeconds;
  private final int turns;

  GuestbookRun(AgentRun run, String redis, int rate, int warmUpSeconds, int turns) {
    this.run = run;
    this.redis = redis;
    this.rate = rate;
    this.warmUpSeconds = warmUpSeconds;
    this.turns = turns;
  }

  /** One of the three, with what was measured so far. */
  private record Subject(Application application, String url, AgentFigures figures, Load load) {}

  /**
   * Of all turns: the median of their latencies, because a stall of the machine hits few turns, and
   * the sum of their CPU, because of a single turn Linux counts it too coarsely.
   */
  private static final class Load {
    private final List<Double> p50Millis = new ArrayList<>();
    private final List<Double> p95Millis = new ArrayList<>();
    private long requests;
    private long cpuMillis;
    private long compilerCpuMillis;
  }

  /**
   * @param first who is started and loaded first
   */
  void into(AgentTable table, int first) throws IOException, InterruptedException {
    Map<Variant, Subject> subjects = new EnumMap<>(Variant.class);
    try {
      for (Variant variant : order(first)) {
        subjects.put(variant, start(variant));
      }
      for (Subject subject : subjects.values()) {
        warmUp(subject);
      }
      for (int turn = 0; turn < turns; turn++) {
        for (Variant variant : order(first + turn)) {
          load(Objects.requireNonNull(subjects.get(variant)));
        }
      }
      for (Map.Entry<Variant, Subject> entry : subjects.entrySet()) {
        table.add(entry.getKey(), finish(entry.getValue()));
      }
    } finally {
      subjects.values().forEach(subject -> subject.application().close());
    }
  }

  private static List<Variant> order(int first) {
    List<Variant> order = new ArrayList<>(List.of(Variant.values()));
    Collections.rotate(order, first);
    return order;
  }

  private Subject start(Variant variant) throws IOException, InterruptedException {
    int port = Ports.free();
    Map<String, String> environment =
        Map.of(
            "SERVER_PORT", Integer.toString(port),
            "SERVER_TOMCAT_THREADS_MINSPARE", REQUEST_THREADS,
            "SERVER_TOMCAT_THREADS_MAX", REQUEST_THREADS,
            "REDIS_PRIMARY", redis,
            "REDIS_REPLICAS", redis);
    String jar =
        Folders.projectRoot().resolve("demo-apps/guestbook/target/guestbook.jar").toString();
    long before = System.nanoTime();
    Application application = run.start(variant, environment, "-jar", jar);
    try {
      application.process().awaitReady(() -> listens(port), AgentRun.LIMIT);
      AgentFigures figures = new AgentFigures();
      figures.put(Figure.START_MILLIS, (System.nanoTime() - before) / 1e6);
      figures.put(Figure.START_CPU_MILLIS, application.figures().cpuMillis());
      String url = "http://127.0.0.1:" + port + "/lrange/guestbook";
      // a first request that times out is no result
      OpenLoop.run(url, 2, 1, 100);
      return new Subject(application, url, figures, new Load());
    } catch (RuntimeException | IOException | InterruptedException e) {
      application.close();
      throw e;
    }
  }

  /** Until a request costs what it did before and is compiled, or for {@code warmUpSeconds}. */
  private void warmUp(Subject subject) throws IOException, InterruptedException {
    double before = Double.MAX_VALUE;
    for (int seconds = 0; seconds < warmUpSeconds; seconds += TURN_SECONDS) {
      ProcFigures begin = subject.application().figures();
      OpenLoop.run(subject.url(), rate * WARM_UP_FACTOR, TURN_SECONDS, 100);
      ProcFigures end = subject.application().figures();
      double now = end.cpuMillis() - (double) begin.cpuMillis();
      double jit = end.compilerCpuMillis() - (double) begin.compilerCpuMillis();
      if (Math.abs(before - now) < STEADY * now && jit < COMPILED * now) {
        return;
      }
      before = now;
    }
  }

  private void load(Subject subject) throws IOException, InterruptedException {
    ProcFigures before = subject.application().figures();
    double[] millis = OpenLoop.run(subject.url(), rate, TURN_SECONDS, 1);
    ProcFigures after = subject.application().figures();
    Load load = subject.load();
    load.p50Millis.add(millis[millis.length / 2]);
    load.p95Millis.add(millis[millis.length * 95 / 100]);
    load.requests += millis.length;
    load.cpuMillis += after.cpuMillis() - before.cpuMillis();
    // a compiler thread that ended meanwhile had nothing to do
    load.compilerCpuMillis += Math.max(0, after.compilerCpuMillis() - before.compilerCpuMillis());
  }

  private static AgentFigures finish(Subject subject) throws IOException, InterruptedException {
    AgentFigures figures = subject.figures();
    Load load = subject.load();
    figures.put(Figure.P50_MILLIS, AgentTable.median(load.p50Millis));
    figures.put(Figure.P95_MILLIS, AgentTable.median(load.p95Millis));
    double micros = 1e3 / load.requests;
    figures.put(Figure.REQUEST_CPU_MICROS, load.cpuMillis * micros);
    figures.put(
        Figure.REQUEST_CPU_WITHOUT_JIT_MICROS, (load.cpuMillis - load.compilerCpuMillis) * micros);
    subject.application().memory(figures);
    return figures;
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
