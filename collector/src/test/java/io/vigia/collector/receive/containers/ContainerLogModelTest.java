package io.vigia.collector.receive.containers;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Random writes, rotations, looks and restarts against lists of what was written. */
class ContainerLogModelTest {
  private static final long HOUR_NANOS = 3_600_000_000_000L;

  enum Action {
    OUT,
    ERR,
    OUT_PART,
    ERR_PART,
    OUT_FRAME,
    ERR_FRAME,
    HALF_A_LINE,
    LONG_LINE,
    RENAME,
    COPY_TRUNCATE,
    COMPRESS,
    CONTAINER_RESTART,
    DELETE,
    LOOK,
    REFUSED_LOOK,
    CLEAN_RESTART,
    CRASH
  }

  @Provide
  Arbitrary<List<Action>> actions() {
    return Arbitraries.of(Action.class).list().ofMinSize(5).ofMaxSize(60);
  }

  @Provide
  Arbitrary<List<Action>> actionsWithoutCrash() {
    return Arbitraries.of(Action.class)
        .filter(action -> action != Action.CRASH)
        .list()
        .ofMinSize(5)
        .ofMaxSize(60);
  }

  @Property(tries = 60)
  void everyEventComesExactlyOnceAndInOrder(@ForAll("actionsWithoutCrash") List<Action> actions)
      throws Exception {
    try (World world = new World()) {
      for (Action action : actions) {
        world.perform(action);
      }
      world.finish();
      assertThat(world.received()).isEqualTo(world.expected());
      assertThat(world.metrics.problems()).isEmpty();
    }
  }

  /** It was counted as deleted: compressed, nothing is twenty bytes. */
  @Example
  void aRotatedFileWithNothingInItIsNotMissed() throws Exception {
    everyEventComesExactlyOnceAndInOrder(
        List.of(
            Action.ERR_PART,
            Action.COPY_TRUNCATE,
            Action.RENAME,
            Action.OUT,
            Action.COMPRESS,
            Action.COMPRESS,
            Action.OUT,
            Action.DELETE,
            Action.OUT,
            Action.DELETE));
  }

  @Property(tries = 40)
  void everyEventComesAtLeastOnceWhenTheCollectorCrashes(@ForAll("actions") List<Action> actions)
      throws Exception {
    try (World world = new World()) {
      for (Action action : actions) {
        world.perform(action);
      }
      world.finish();
      Map<String, List<String>> received = world.received();
      world
          .expected()
          .forEach(
              (stream, events) ->
                  assertThat(received.getOrDefault(stream, List.of()))
                      .containsAll(events)
                      .allMatch(events::contains));
    }
  }

  /** A directory, a collector, and what should have arrived. */
  private static final class World implements AutoCloseable {
    private final Path root = Files.createTempDirectory("vigia-containers");
    private final Path state = root.resolve("state");
    private final KubeletDirectory directory = new KubeletDirectory(root.resolve("pods"));
    private final Received received = new Received();
    private final Counting metrics = new Counting();
    private final Map<String, List<String>> expected = new LinkedHashMap<>();
    private final Map<String, StringBuilder> parts = new LinkedHashMap<>();
    private final Set<String> ended = new HashSet<>();
    private byte @Nullable [] saved;
    private String half = "";
    private String halved = "";
    private ContainerLogReceiver receiver = receiver();
    private long waited;
    private int messages;

    World() throws IOException {}

    private ContainerLogReceiver receiver() {
      return ContainerLogReceiver.builder()
          .directory(root.resolve("pods"))
          .state(state)
          .intake(received)
          .metrics(metrics)
          .maxEventBytes(64 << 10)
          .waits(new SeriesReader.Waits(0, HOUR_NANOS / 2, HOUR_NANOS / 2, 1 << 20, 3_000))
          .nowUnixNanos(() -> directory.nowUnixNanos() + waited)
          .build();
    }

    void perform(Action action) throws Exception {
      switch (action) {
        case OUT -> write("stdout", "F", "message " + messages++);
        case ERR -> write("stderr", "F", "message " + messages++);
        case OUT_PART -> write("stdout", "P", "part " + messages++ + " ");
        case ERR_PART -> write("stderr", "P", "part " + messages++ + " ");
        case OUT_FRAME -> frame("stdout");
        case ERR_FRAME -> frame("stderr");
        case LONG_LINE -> write("stdout", "F", "long " + messages++ + "x".repeat(4_000));
        case HALF_A_LINE -> {
          endHalf();
          halved = "halved " + messages++;
          String line = directory.prefix("stdout", "F") + halved;
          directory.raw(line.substring(0, line.length() / 2));
          half = line.substring(line.length() / 2);
        }
        case RENAME -> {
          endHalf();
          directory.rename();
        }
        case COPY_TRUNCATE -> {
          endHalf();
          directory.copyTruncate();
        }
        case COMPRESS -> directory.compressOldest();
        case CONTAINER_RESTART -> {
          endHalf();
          endParts();
          directory.restart();
        }
        case DELETE -> delete();
        case LOOK -> look();
        case REFUSED_LOOK -> {
          received.refuse(2);
          look();
        }
        case CLEAN_RESTART -> restart();
        case CRASH -> {
          look();
          receiver.close();
          if (saved == null) {
            Files.deleteIfExists(state.resolve("positions"));
          } else {
            Files.write(state.resolve("positions"), saved);
          }
          receiver = receiver();
        }
      }
    }

    /** What was delivered may go; what is written then belongs to nothing before. */
    private void delete() throws Exception {
      endHalf();
      endParts();
      waited = HOUR_NANOS;
      look();
      waited = 0;
      directory.deleteAll();
      ended.addAll(expected.keySet());
    }

    private void look() throws Exception {
      Path positions = state.resolve("positions");
      saved = Files.exists(positions) ? Files.readAllBytes(positions) : null;
      assertThat(receiver.look()).isTrue();
    }

    private void restart() {
      receiver.close();
      receiver = receiver();
    }

    private void write(String stream, String tag, String message) {
      endHalf();
      directory.line(stream, tag, message);
      String key = directory.restarts() + " " + stream;
      StringBuilder begun = parts.computeIfAbsent(key, k -> new StringBuilder()).append(message);
      if (tag.equals("F")) {
        expect(key, begun.toString());
        begun.setLength(0);
      }
    }

    /** Ends a line whose first half is in the file. */
    private void endHalf() {
      if (!half.isEmpty()) {
        directory.raw(half + "\n");
        half = "";
        String key = directory.restarts() + " stdout";
        StringBuilder begun = parts.computeIfAbsent(key, k -> new StringBuilder());
        expect(key, begun.append(halved).toString());
        begun.setLength(0);
      }
    }

    private void frame(String stream) {
      endHalf();
      String key = directory.restarts() + " " + stream;
      if (parts.getOrDefault(key, new StringBuilder()).length() > 0) {
        return;
      }
      String text = "\tat a.B.c(B.java:" + messages++ + ")";
      directory.line(stream, "F", text);
      List<String> before = expected.computeIfAbsent(key, k -> new ArrayList<>());
      if (before.isEmpty() || ended.remove(key)) {
        before.add(text);
      } else {
        before.set(before.size() - 1, before.get(before.size() - 1) + "\n" + text);
      }
    }

    private void expect(String key, String event) {
      ended.remove(key);
      expected.computeIfAbsent(key, k -> new ArrayList<>()).add(event);
    }

    /** What is not whole becomes an event when nothing follows for long. */
    private void endParts() {
      parts.forEach(
          (key, begun) -> {
            if (begun.length() > 0) {
              expect(key, begun.toString());
              begun.setLength(0);
            }
          });
    }

    void finish() throws Exception {
      endHalf();
      endParts();
      waited = HOUR_NANOS;
      look();
      restart();
      look();
    }

    Map<String, List<String>> expected() {
      expected.values().removeIf(List::isEmpty);
      return expected;
    }

    Map<String, List<String>> received() {
      Map<String, List<String>> all = new LinkedHashMap<>();
      for (Received.Entry each : received.entries()) {
        String key = each.resource().get("k8s.container.restart_count") + " " + each.stream();
        all.computeIfAbsent(key, k -> new ArrayList<>()).add(each.body());
      }
      return all;
    }

    @Override
    public void close() throws IOException {
      receiver.close();
      try (Stream<Path> all = Files.walk(root)) {
        for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
