package io.vigia.tests.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vigia.tests.backends.FakeElasticsearch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A collector that is killed while it reads a container's log loses no line, and brings again only
 * those that {@code positions} did not have yet.
 */
class ContainerLogKillIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int KILLS = 2;
  private static final int LINES_BETWEEN_KILLS = 3_000;
  private static final int LINES_PER_FILE = 4_000;

  @TempDir private Path folder;

  @Test
  void everyLineArrivesAndOnlyThoseThatWereNotNotedArriveAgain() throws Exception {
    Path directory =
        Files.createDirectories(folder.resolve("pods/shop_orders-1_uid1").resolve("app"));
    Map<String, Integer> atMost = new HashMap<>();
    try (FakeElasticsearch sink = new FakeElasticsearch();
        CollectorProcess collector =
            CollectorProcess.builder()
                .destination("sink: {type: elasticsearch, url: \"" + sink.url() + "\"}")
                .receiver("containers: {directory: \"" + folder.resolve("pods") + "\"}")
                .build();
        Container container = new Container(directory)) {
      Path positions = collector.data().resolve("containers/positions");
      for (int kill = 0; kill < KILLS; kill++) {
        int before = distinct(sink);
        collector.start(LIMIT);
        container.writeOn(2 * LINES_BETWEEN_KILLS);
        await()
            .atMost(LIMIT)
            .until(() -> distinct(sink) >= before + LINES_BETWEEN_KILLS && Files.exists(positions));
        container.hold();
        collector.kill();
        Set<String> noted = noted(Files.readString(positions), directory);
        assertThat(noted).isNotEmpty();
        container
            .lines(line -> !noted.contains(line))
            .forEach(l -> atMost.merge(l, 2, (n, m) -> n + 1));
      }
      collector.start(LIMIT);
      List<String> written = container.lines(line -> true).toList();
      await().atMost(LIMIT).until(() -> distinct(sink) >= written.size());
      assertThat(collector.metrics().sum("vigia_receiver_malformed_total")).isZero();
      assertThat(collector.terminate(LIMIT)).isZero();

      Map<String, Integer> arrived = new HashMap<>();
      sink.messages().forEach(line -> arrived.merge(line, 1, Integer::sum));
      assertThat(arrived.keySet()).containsExactlyInAnyOrderElementsOf(written);
      assertThat(arrived)
          .allSatisfy(
              (line, times) ->
                  assertThat(times).as(line).isLessThanOrEqualTo(atMost.getOrDefault(line, 1)));
    }
  }

  private static int distinct(FakeElasticsearch sink) {
    return new HashSet<>(sink.messages()).size();
  }

  /** The lines before the offsets in {@code positions} (collector/docs/containers.md). */
  private static Set<String> noted(String positions, Path directory) throws IOException {
    Set<String> lines = new HashSet<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        byte[] bytes = Files.readAllBytes(file);
        for (String entry : positions.lines().toList()) {
          String[] fields = entry.split("\t", -1);
          if (fields.length == 6
              && bytes.length >= Integer.parseInt(fields[1])
              && hash(bytes, Integer.parseInt(fields[1])).equals(fields[2])) {
            int end = (int) Math.min(Long.parseLong(fields[3]), Long.parseLong(fields[4]));
            new String(bytes, 0, end, UTF_8).lines().map(Container::text).forEach(lines::add);
          }
        }
      }
    }
    return lines;
  }

  /** FNV-1a, 64 bits. */
  private static String hash(byte[] bytes, int length) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < length; i++) {
      hash = (hash ^ (bytes[i] & 0xff)) * 0x100000001b3L;
    }
    return Long.toHexString(hash);
  }

  /** Writes 2,000 lines a second, and begins a new file from time to time, in turn in two ways. */
  private static final class Container implements AutoCloseable {
    private static final int BURST = 100;

    private final Path current;
    private final Thread thread = new Thread(this::run, "container");
    private int written;
    private int limit;
    private boolean closed;

    Container(Path directory) {
      current = directory.resolve("0.log");
      thread.start();
    }

    private void run() {
      while (burst()) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }

    private synchronized boolean burst() {
      if (written < limit) {
        try {
          StringBuilder lines = new StringBuilder();
          for (int i = 0; i < BURST; i++) {
            lines.append(Instant.now()).append(" stdout F line ").append(written++).append('\n');
          }
          Files.writeString(current, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
          if (written % LINES_PER_FILE == 0) {
            rotate();
          }
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return !closed;
    }

    private void rotate() throws IOException {
      Path rotated = current.resolveSibling("0.log." + written);
      if (written / LINES_PER_FILE % 2 == 0) {
        Files.move(current, rotated);
      } else { // copytruncate
        Files.copy(current, rotated);
        Files.write(current, new byte[0], StandardOpenOption.TRUNCATE_EXISTING);
      }
    }

    /** So many lines more than there are. */
    synchronized void writeOn(int lines) {
      limit = written + lines;
    }

    synchronized void hold() {
      limit = written;
    }

    synchronized Stream<String> lines(Predicate<String> wanted) {
      return IntStream.range(0, written).mapToObj(i -> "line " + i).filter(wanted);
    }

    static String text(String line) {
      return line.substring(line.indexOf(" F ") + 3);
    }

    @Override
    public void close() throws InterruptedException {
      synchronized (this) {
        closed = true;
      }
      thread.join(LIMIT.toMillis());
    }
  }
}
