package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The memory of what was read, which is used again when it was given back and only then. */
class ReadBlockTest {
  private static final int BLOCK_BYTES = 2_000;

  enum Kind {
    APPEND,
    /** Reads a record and keeps it. */
    READ,
    /** Gives back one of those that are kept. */
    GIVE_BACK,
    /** Drops one, never to be given back. */
    FORGET
  }

  /**
   * @param number the length of what is appended, or which of those that are kept
   */
  record Step(Kind kind, int number) {}

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Integer> lengths =
        Arbitraries.frequencyOf(
            Tuple.of(8, Arbitraries.integers().between(1, 300)),
            Tuple.of(1, Arbitraries.integers().between(1_000, 9_000)));
    Arbitrary<Integer> which = Arbitraries.integers().between(0, 50);
    return Arbitraries.frequencyOf(
            Tuple.of(4, lengths.map(length -> new Step(Kind.APPEND, length))),
            Tuple.of(4, Arbitraries.just(new Step(Kind.READ, 0))),
            Tuple.of(3, which.map(one -> new Step(Kind.GIVE_BACK, one))),
            Tuple.of(1, which.map(one -> new Step(Kind.FORGET, one))))
        .list()
        .ofMaxSize(150);
  }

  private record Kept(LogEntry entry, String text) {}

  @Property(tries = 150)
  void whatIsKeptStaysAsItWasRead(@ForAll("steps") List<Step> steps) throws Exception {
    List<String> appended = new ArrayList<>();
    List<Kept> kept = new ArrayList<>();
    int read = 0;
    try (DiskLog log = open();
        LogReader reader = log.reader(log.oldest())) {
      for (Step step : steps) {
        switch (step.kind()) {
          case APPEND -> {
            String number = appended.size() + ".";
            appended.add(number.repeat(step.number()).substring(0, step.number()));
            TestLog.appendAll(log, appended.get(appended.size() - 1));
          }
          case READ -> {
            if (read == appended.size()) {
              assertThat(reader.next()).isNull();
            } else {
              kept.add(new Kept(next(reader), appended.get(read++)));
            }
          }
          case GIVE_BACK -> {
            if (!kept.isEmpty()) {
              kept.remove(step.number() % kept.size()).entry().giveBack();
            }
          }
          case FORGET -> {
            if (!kept.isEmpty()) {
              kept.remove(step.number() % kept.size());
            }
          }
        }
        for (Kept each : kept) {
          assertThat(text(each.entry())).isEqualTo(each.text());
        }
      }
    }
  }

  @Example
  void whatIsGivenBackIsUsedAgain() throws Exception {
    Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    try (DiskLog log = open();
        LogReader reader = log.reader(log.oldest())) {
      for (int i = 0; i < 400; i++) {
        TestLog.appendAll(log, "x".repeat(300));
        LogEntry entry = next(reader);
        arrays.add(payload(entry).array());
        entry.giveBack();
      }
    }
    assertThat(arrays).hasSizeBetween(1, 3);
  }

  @Example
  void whatIsNotGivenBackIsNot() throws Exception {
    Set<byte[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
    try (DiskLog log = open();
        LogReader reader = log.reader(log.oldest())) {
      for (int i = 0; i < 400; i++) {
        TestLog.appendAll(log, "x".repeat(300));
        arrays.add(payload(next(reader)).array());
      }
    }
    assertThat(arrays).hasSizeGreaterThan(400 * 300 / BLOCK_BYTES);
  }

  private static DiskLog open() throws Exception {
    return TestLog.open(
        TestLog.builder(new SimStorage(1)).readBlockBytes(BLOCK_BYTES).segmentBytes(20_000));
  }

  private static LogEntry next(LogReader reader) throws Exception {
    return Objects.requireNonNull(reader.next());
  }

  private static ByteBuffer payload(LogEntry entry) {
    return Objects.requireNonNull(entry.record()).payload();
  }

  private static String text(LogEntry entry) {
    return StandardCharsets.UTF_8.decode(payload(entry).duplicate()).toString();
  }
}
