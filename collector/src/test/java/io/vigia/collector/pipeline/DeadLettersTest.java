package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DeadLetterStatus;
import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeadLettersTest {
  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults()
          .withSignals(Set.of(Signal.LOGS, Signal.TRACES))
          .withRetry(1, 20);
  private static final DeadLetterAdmin.Filter ALL = DeadLetterAdmin.Filter.ALL;

  @TempDir Path directory;
  private final FakeExporter exporter = new FakeExporter();
  private Pipeline pipeline = Pipeline.builder().directory(Path.of("unused")).build();

  private void start(DestinationOptions options) throws IOException {
    pipeline =
        Pipeline.builder()
            .directory(directory)
            .durability(Durability.os())
            .destination("es", exporter, options)
            .build();
    pipeline.start();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  private void accept(Signal signal, String text, int items) throws Exception {
    pipeline.intake().accept(TextBatch.of(signal, text, items)).get();
  }

  /** Refuses item 1 of what begins with "bad" as "mapping", and all of "worse" as "size". */
  private static ExportResult picky(ExportBatch batch) {
    List<ExportResult.Refused> refused = new ArrayList<>();
    for (int i = 0; i < batch.entries().size(); i++) {
      String text = FakeExporter.text(batch.entries().get(i));
      if (text.startsWith("bad") && batch.entries().get(i).wants(1)) {
        refused.add(new ExportResult.Refused(i, 1, "mapping", "no such field"));
      } else if (text.startsWith("worse")) {
        for (int item = 0; item < batch.entries().get(i).record().items(); item++) {
          refused.add(new ExportResult.Refused(i, item, "too_big", "413"));
        }
      }
    }
    return new ExportResult(0, refused, List.of(), 0, null);
  }

  private DestinationStatus status(Signal signal) {
    DestinationStatus status =
        pipeline.status().stream().filter(one -> one.signal() == signal).findFirst().orElseThrow();
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private DeadLetterStatus kept() {
    return pipeline.deadLetterStatus().get(0);
  }

  private void awaitNothingPending() {
    await().until(() -> status(Signal.LOGS).pending() + status(Signal.TRACES).pending() == 0);
  }

  private void refuseSome() throws Exception {
    exporter.behave(DeadLettersTest::picky);
    start(OPTIONS);
    accept(Signal.LOGS, "good", 2);
    accept(Signal.LOGS, "bad", 3);
    accept(Signal.LOGS, "worse", 2);
    accept(Signal.TRACES, "bad trace", 2);
    awaitNothingPending();
  }

  private static BitSet item(int index) {
    BitSet items = new BitSet();
    items.set(index);
    return items;
  }

  @Test
  void whatWasRefusedIsListedBySignalWithItsReasons() throws Exception {
    refuseSome();
    List<DeadLetterLine> lines = pipeline.deadLetters().list();
    assertThat(lines).hasSize(2);
    DeadLetterLine logs =
        lines.stream().filter(line -> line.signal() == Signal.LOGS).findFirst().orElseThrow();
    assertThat(logs.letters()).isEqualTo(2);
    assertThat(logs.items()).isEqualTo(3);
    assertThat(logs.reasons()).isEqualTo(Map.of("mapping", 1L, "too_big", 2L));
    assertThat(logs.bytes()).isPositive();
    assertThat(logs.oldestUnixNanos()).isPositive();
    assertThat(kept().items()).isEqualTo(4);
    assertThat(kept().bytes()).isPositive();
  }

  @Test
  void whatWasRefusedIsShownWithReasonAndTimeAndExactlyItsItems() throws Exception {
    refuseSome();
    List<DeadLetter> shown = new ArrayList<>();
    pipeline
        .deadLetters()
        .show("es", new DeadLetterAdmin.Filter(Signal.LOGS, "mapping"), shown::add);
    assertThat(shown)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.entry().wanted()).isEqualTo(item(1));
              assertThat(FakeExporter.text(letter.entry())).isEqualTo("bad");
              assertThat(letter.reason()).isEqualTo("mapping");
              assertThat(letter.detail()).isEqualTo("no such field");
              assertThat(letter.refusedUnixNanos())
                  .isGreaterThanOrEqualTo(
                      letter.entry().record().envelope().receiveTimeUnixNanos());
            });
    List<DeadLetter> first = new ArrayList<>();
    pipeline.deadLetters().show(null, ALL, letter -> first.add(letter) && first.size() < 2);
    assertThat(first).hasSize(2);
  }

  @Test
  void retriedLettersAreDeliveredOnceAndCountAsAcceptedOnceMore() throws Exception {
    refuseSome();
    long accepted = status(Signal.LOGS).accepted();
    exporter.comeUp();
    assertThat(pipeline.deadLetters().retry("es", new DeadLetterAdmin.Filter(Signal.LOGS, null)))
        .isEqualTo(3);
    awaitNothingPending();
    assertThat(exporter.delivered())
        .contains("bad/1", "worse/0", "worse/1")
        .doesNotContain("bad trace/1")
        .doesNotHaveDuplicates();
    assertThat(status(Signal.LOGS).accepted()).isEqualTo(accepted + 3);
    assertThat(status(Signal.LOGS).dropped()).isEqualTo(Map.of("mapping", 1L, "too_big", 2L));
    assertThat(kept().items()).isEqualTo(1);
    assertThat(kept().removed()).isEqualTo(Map.of("retried", 3L));
  }

  @Test
  void retriedLettersThatAreRefusedAgainComeBack() throws Exception {
    refuseSome();
    assertThat(pipeline.deadLetters().retry("es", ALL)).isEqualTo(4);
    await().until(() -> kept().items() == 4);
    awaitNothingPending();
    assertThat(status(Signal.LOGS).dropped()).isEqualTo(Map.of("mapping", 2L, "too_big", 4L));
  }

  @Test
  void twoLettersOfOneRecordAreBothDelivered() throws Exception {
    exporter.behave(
        batch ->
            new ExportResult(
                0,
                List.of(
                    new ExportResult.Refused(0, 0, "one", ""),
                    new ExportResult.Refused(0, 2, "other", "")),
                List.of(),
                0,
                null));
    start(OPTIONS);
    accept(Signal.LOGS, "bad", 3);
    awaitNothingPending();
    exporter.comeUp();
    assertThat(pipeline.deadLetters().retry("es", ALL)).isEqualTo(2);
    awaitNothingPending();
    assertThat(exporter.delivered()).containsExactlyInAnyOrder("bad/1", "bad/0", "bad/2");
  }

  @Test
  void droppedLettersAreGoneAndCountedAlsoAfterARestart() throws Exception {
    refuseSome();
    assertThat(pipeline.deadLetters().drop("es", new DeadLetterAdmin.Filter(null, "mapping")))
        .isEqualTo(2);
    assertThat(pipeline.deadLetters().list())
        .singleElement()
        .satisfies(line -> assertThat(line.reasons()).isEqualTo(Map.of("too_big", 2L)));
    pipeline.close();
    start(OPTIONS);
    assertThat(kept().items()).isEqualTo(2);
    assertThat(kept().removed()).isEqualTo(Map.of("dropped", 2L));
  }

  @Test
  void aSelectionThatLeavesManyHolesLosesNoLetter() throws Exception {
    exporter.behave(
        batch -> {
          List<ExportResult.Refused> refused = new ArrayList<>();
          for (int i = 0; i < batch.entries().size(); i++) {
            int number = Integer.parseInt(FakeExporter.text(batch.entries().get(i)));
            for (int item = 0; item < 2; item++) {
              refused.add(new ExportResult.Refused(i, item, number % 2 == 0 ? "even" : "odd", ""));
            }
          }
          return new ExportResult(0, refused, List.of(), 0, null);
        });
    start(OPTIONS);
    for (int i = 0; i < 1_000; i++) {
      accept(Signal.LOGS, "" + i, 2);
    }
    awaitNothingPending();
    assertThat(pipeline.deadLetters().drop("es", new DeadLetterAdmin.Filter(null, "odd")))
        .isEqualTo(1_000);
    pipeline.close();
    start(OPTIONS);
    Set<String> left = new java.util.HashSet<>();
    pipeline.deadLetters().show("es", ALL, letter -> left.add(FakeExporter.text(letter.entry())));
    assertThat(left).hasSize(500).allMatch(text -> Integer.parseInt(text) % 2 == 0);
    assertThat(kept().items()).isEqualTo(1_000);
  }

  @Test
  void beyondTheLimitTheOldestAreThrownAwayAndCounted() throws Exception {
    exporter.behave(
        batch -> {
          List<ExportResult.Refused> refused = new ArrayList<>();
          for (int i = 0; i < batch.entries().size(); i++) {
            refused.add(new ExportResult.Refused(i, 0, "mapping", ""));
          }
          return new ExportResult(0, refused, List.of(), 0, null);
        });
    start(OPTIONS.withMaxDeadLetterBytes(600_000));
    for (int i = 0; i < 100; i++) {
      accept(Signal.LOGS, i + "x".repeat(9_900), 2);
    }
    awaitNothingPending();
    assertThat(kept().bytes()).isLessThanOrEqualTo(600_000);
    long thrownAway = Objects.requireNonNull(kept().removed().get("size"));
    assertThat(thrownAway).isBetween(35L, 60L);
    assertThat(kept().items()).isEqualTo(100 - thrownAway);
    List<String> oldest = new ArrayList<>();
    pipeline
        .deadLetters()
        .show("es", ALL, letter -> oldest.add(FakeExporter.text(letter.entry())) && false);
    assertThat(oldest).singleElement().asString().startsWith(thrownAway + "x");

    pipeline.close();
    start(OPTIONS.withMaxDeadLetterBytes(200_000)); // less than there is
    assertThat(kept().bytes()).isLessThanOrEqualTo(200_000);
    assertThat(kept().items() + kept().removed().get("size")).isEqualTo(100);
  }

  @Test
  void withoutACollectorLettersAreRetriedFromItsDirectory() throws Exception {
    refuseSome();
    pipeline.close();
    try (CursorAdmin.Offline offline = CursorAdmin.open(directory)) {
      DeadLetterAdmin letters = offline.deadLetters();
      assertThat(letters.list()).hasSize(2);
      assertThat(letters.retry("es", new DeadLetterAdmin.Filter(Signal.LOGS, null))).isEqualTo(3);
      assertThat(offline.list().stream().mapToLong(CursorLine::pending).sum()).isEqualTo(3);
      assertThat(letters.drop("es", ALL)).isEqualTo(1);
      assertThat(letters.list()).isEmpty();
      assertThatThrownBy(() -> letters.drop("nobody", ALL))
          .hasMessage("there is no destination 'nobody'; there are: es");
    }
    exporter.comeUp();
    start(OPTIONS);
    awaitNothingPending();
    assertThat(exporter.delivered()).contains("bad/1", "worse/0").doesNotContain("bad trace/1");
  }
}
