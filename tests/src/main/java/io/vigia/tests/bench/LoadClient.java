package io.vigia.tests.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Sends as fast as it is acknowledged, or at a rate, in a process of its own: {@code LoadClient
 * WORKLOAD PORT CONNECTIONS WINDOW}. Each line {@code SECONDS EVENTS_PER_SECOND} on standard input
 * (0 events: as fast as it goes) is a run; it answers with one line: {@code events failures p50
 * p99} (latencies of acknowledgements in microseconds).
 */
public final class LoadClient {
  /** One connection, or channel; keeps a number of requests in flight. */
  interface Connection extends AutoCloseable {
    /** Sends one request; calls back when it is acknowledged (true) or refused. */
    void send(java.util.function.Consumer<Boolean> done) throws IOException;

    @Override
    void close() throws IOException;
  }

  private final Workload workload;
  private final List<Connection> connections = new ArrayList<>();
  private final int window;

  private LoadClient(Workload workload, int port, int count, int window) throws IOException {
    this.workload = workload;
    this.window = window;
    for (int i = 0; i < count; i++) {
      connections.add(
          workload.grpc()
              ? new GrpcConnection(workload, port)
              : new ForwardConnection(workload, port));
    }
  }

  public static void main(String[] args) throws IOException, InterruptedException {
    LoadClient client =
        new LoadClient(
            Workload.valueOf(args[0]),
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]),
            Integer.parseInt(args[3]));
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    System.out.println("ready");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.trim().split(" ", -1);
      System.out.println(client.run(Integer.parseInt(words[0]), Long.parseLong(words[1])));
    }
    System.exit(0);
  }

  private String run(int seconds, long eventsPerSecond) throws InterruptedException {
    Histogram latencies = new ConcurrentHistogram(60_000_000L, 3);
    AtomicLong acknowledged = new AtomicLong();
    AtomicLong failed = new AtomicLong();
    long end = System.nanoTime() + seconds * 1_000_000_000L;
    long intervalNanos =
        eventsPerSecond == 0
            ? 0
            : 1_000_000_000L * workload.eventsPerRequest() * connections.size() / eventsPerSecond;
    PacedSender.Tally tally =
        (good, nanos) -> {
          (good ? acknowledged : failed).incrementAndGet();
          latencies.recordValue(Math.min(60_000_000L, nanos / 1_000));
        };
    CountDownLatch running = new CountDownLatch(connections.size());
    long begin = System.nanoTime();
    for (int i = 0; i < connections.size(); i++) {
      Connection connection = connections.get(i);
      // at a rate the connections take turns: together they send evenly
      long first = begin + intervalNanos * i / connections.size();
      Thread thread =
          new Thread(
              () -> {
                try {
                  new PacedSender(connection, window, tally).run(first, end, intervalNanos);
                } catch (IOException | InterruptedException e) {
                  failed.incrementAndGet();
                  System.err.println("client: " + e);
                } finally {
                  running.countDown();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    running.await();
    return "%d %d %d %d"
        .formatted(
            acknowledged.get() * workload.eventsPerRequest(),
            failed.get(),
            latencies.getValueAtPercentile(50),
            latencies.getValueAtPercentile(99));
  }
}
