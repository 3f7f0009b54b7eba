package io.vigia.collector.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vigia.collector.core.DestinationStatus;
import io.vigia.collector.core.Signal;
import io.vigia.collector.disklog.Durability;
import io.vigia.collector.disklog.Storage;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CursorAdminTest {
  private static final DestinationOptions OPTIONS =
      DestinationOptions.defaults().withSignals(Set.of(Signal.LOGS)).withRetry(1, 20);

  private static final DestinationOptions OPTIONS_ONE_TRY =
      new DestinationOptions(true, Set.of(Signal.LOGS), 0, 0, 1 << 20, 1, 20, 1);

  @TempDir Path directory;
  private final FakeExporter exporter = new FakeExporter();
  private final AtomicBoolean diskFails = new AtomicBoolean();
  private final AtomicBoolean nothingOpens = new AtomicBoolean();
  private Pipeline pipeline;

  @BeforeEach
  void fiveRecordsOfTwoItems() throws Exception {
    pipeline = start(OPTIONS);
    for (int i = 0; i < 5; i++) {
      accept("r" + i, 2);
    }
  }

  private void accept(String text, int items) throws Exception {
    pipeline.intake().accept(TextBatch.of(text, items)).get();
  }

  @AfterEach
  void close() {
    pipeline.close();
  }

  /** The real disk, which makes no directories while {@link #diskFails}. */
  private Storage disk() {
    return (Storage)
        Proxy.newProxyInstance(
            Storage.class.getClassLoader(),
            new Class<?>[] {Storage.class},
            (proxy, method, arguments) -> {
              if (diskFails.get() && method.getName().equals("createDirectories")) {
                throw new IOException("no space left on device");
              }
              if (nothingOpens.get() && method.getName().equals("open")) {
                throw new IOException("too many open files");
              }
              try {
                return method.invoke(Storage.os(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private Pipeline start(DestinationOptions options) throws IOException {
    Pipeline started =
        Pipeline.builder()
            .directory(directory)
            .storage(disk())
            .durability(Durability.os())
            .destination("es", exporter, options)
            .build();
    started.start();
    return started;
  }

  private DestinationStatus status() {
    DestinationStatus status = pipeline.status().get(0);
    assertThat(status.balanced()).as(status.toString()).isTrue();
    return status;
  }

  private void awaitDelivered(int items) {
    await().untilAsserted(() -> assertThat(exporter.delivered()).hasSize(items));
    await().until(() -> status().pending() == 0);
  }

  private static List<String> items(int from, int to) {
    List<String> items = new ArrayList<>();
    for (int i = from; i < to; i++) {
      items.add("r" + i + "/0");
      items.add("r" + i + "/1");
    }
    return items;
  }

  @Test
  void listShowsWhereEachDestinationStands() throws Exception {
    awaitDelivered(10);
    assertThat(pipeline.cursors().list())
        .containsExactly(new CursorLine("es", Signal.LOGS, true, false, 5, 0, 5, 0, 0, 0));
  }

  @Test
  void rewoundDestinationGetsAllFromThereAgainAndTheLedgerBalances() throws Exception {
    awaitDelivered(10);
    pipeline.cursors().rewind("es", null, Place.parse("3"));
    awaitDelivered(14);
    assertThat(exporter.delivered().subList(10, 14)).isEqualTo(items(3, 5));
    assertThat(status().accepted()).isEqualTo(14);
  }

  @Test
  void rewindToTheOldestAndByTimeReachTheFirstRecord() throws Exception {
    awaitDelivered(10);
    pipeline.cursors().rewind("es", Signal.LOGS, Place.parse("oldest"));
    awaitDelivered(20);
    pipeline.cursors().rewind("es", Signal.LOGS, Place.parse("1h"));
    awaitDelivered(30);
  }

  @Test
  void skippedRecordsCountAsDroppedAndTheRestIsDelivered() throws Exception {
    awaitDelivered(10);
    exporter.goDown();
    pipeline.cursors().rewind("es", null, Place.parse("oldest"));
    pipeline.cursors().skip("es", null, Place.parse("4"));
    assertThat(status().dropped()).isEqualTo(Map.of("skipped", 8L));
    assertThat(status().pending()).isEqualTo(2);
    exporter.comeUp();
    awaitDelivered(12);
    assertThat(exporter.delivered()).endsWith("r4/0", "r4/1");
  }

  /** Nanoseconds since 1970 in 64 bits end there. */
  @Test
  void timesBefore1677AreBeforeEverythingAndThoseAfter2262Behind() throws Exception {
    awaitDelivered(10);
    exporter.goDown();
    pipeline.cursors().rewind("es", null, Place.parse("oldest"));
    pipeline.cursors().skip("es", null, Place.parse("150000d"));
    pipeline.cursors().skip("es", null, Place.parse("1500-01-01T00:00:00Z"));
    assertThat(status().dropped()).isEmpty();
    assertThat(status().pending()).isEqualTo(10);
    pipeline.cursors().skip("es", null, Place.parse("2300-01-01T00:00:00Z"));
    assertThat(status().dropped()).isEqualTo(Map.of("skipped", 10L));
    pipeline.cursors().rewind("es", null, Place.parse("2300-01-01T00:00:00Z"));
    assertThat(status().pending()).isZero();
    exporter.comeUp();
    pipeline.cursors().rewind("es", null, Place.parse("999999999d"));
    awaitDelivered(20);
  }

  @Test
  void skipGivesUpAlsoWhatWasPutOffForLater() throws Exception {
    awaitDelivered(10);
    exporter.behave(PipelineTest::putOffSecondItems);
    pipeline.close();
    pipeline = start(OPTIONS_ONE_TRY);
    accept("early", 3);
    accept("fine", 1);
    accept("late", 3);
    await().until(() -> pipeline.cursors().list().get(0).position() == 8);
    assertThat(status().pending()).isEqualTo(2);

    pipeline.cursors().skip("es", null, Place.parse("6"));
    assertThat(status().dropped()).isEqualTo(Map.of("skipped", 1L));
    assertThat(status().pending()).isEqualTo(1);
    pipeline.close();
    try (CursorAdmin.Offline cursors = CursorAdmin.open(directory)) {
      assertThat(cursors.list().get(0).pending()).isEqualTo(1);
      assertThat(cursors.skip("es", null, Place.parse("end")).get(0).pending()).isZero();
    }
    pipeline = start(OPTIONS);
    assertThat(status().dropped()).isEqualTo(Map.of("skipped", 2L));
    assertThat(status().pending()).isZero();
    assertThat(exporter.delivered()).hasSize(15).doesNotContain("early/1", "late/1");
  }

  @Test
  void whatWasPutOffForLaterIsPendingSinceItCame() throws Exception {
    awaitDelivered(10);
    exporter.behave(PipelineTest::putOffSecondItems);
    pipeline.close();
    pipeline = start(OPTIONS_ONE_TRY);
    accept("late", 3);
    await().until(() -> pipeline.cursors().list().get(0).position() == 6);
    assertThat(status().pending()).isEqualTo(1);
    assertThat(status().oldestPendingUnixNanos()).isPositive();
    assertThat(pipeline.cursors().list().get(0).pendingSinceUnixNanos()).isPositive();
    pipeline.close();
    try (CursorAdmin.Offline cursors = CursorAdmin.open(directory)) {
      assertThat(cursors.list().get(0).pendingSinceUnixNanos()).isPositive();
    }
    pipeline = start(OPTIONS);
  }

  @Test
  void destinationThatCannotGoOnAtOnceLosesNothingAndGoesOnLater() throws Exception {
    awaitDelivered(10);
    diskFails.set(true);
    assertThat(pipeline.cursors().rewind("es", null, Place.parse("oldest")))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.active()).isFalse();
              assertThat(line.paused()).isTrue();
              assertThat(line.pending()).isEqualTo(10);
            });
    nothingOpens.set(true);
    assertThat(pipeline.cursors().list())
        .as("as it stood before")
        .singleElement()
        .satisfies(line -> assertThat(line.paused()).isTrue());
    nothingOpens.set(false);
    diskFails.set(false);
    await().untilAsserted(() -> assertThat(exporter.delivered()).hasSize(20));
    await().until(() -> status().pending() == 0);
  }

  @Test
  void destinationThatCannotGoOnAtOnceIsNotForgotten() throws Exception {
    awaitDelivered(10);
    diskFails.set(true);
    pipeline.cursors().rewind("es", null, Place.parse("end"));
    assertThatThrownBy(() -> pipeline.cursors().forget("es"))
        .hasMessageContaining("remove it there first");
    diskFails.set(false);
    await().until(() -> pipeline.status().size() == 1);
    accept("r5", 2);
    awaitDelivered(12);
    assertThat(exporter.delivered()).isEqualTo(items(0, 6));
  }

  /** Its files are open a moment later: whoever opened them twice would save an older state. */
  @Test
  void listWaitsForADestinationThatIsBeingChanged() throws Exception {
    awaitDelivered(10);
    FutureTask<List<CursorLine>> list = new FutureTask<>(() -> pipeline.cursors().list());
    Thread operator = new Thread(list);
    pipeline.<IOException>change(
        () -> {
          pipeline.remove("es");
          operator.start();
          await().until(() -> operator.getState() == Thread.State.BLOCKED);
          pipeline.add("es", exporter, OPTIONS);
        });
    assertThat(list.get()).singleElement().satisfies(line -> assertThat(line.active()).isTrue());
  }

  @Test
  void whatIsNotThereIsToldWithWhatIs() {
    CursorAdmin cursors = pipeline.cursors();
    assertThatThrownBy(() -> cursors.rewind("nobody", null, Place.parse("end")))
        .hasMessage("there is no destination 'nobody'; there are: es");
    assertThatThrownBy(() -> cursors.rewind("es", null, Place.parse("77")))
        .hasMessage("the logs log holds records 0 to 5");
    assertThatThrownBy(() -> Place.parse("yesterday")).hasMessageContaining("15m");
    assertThatThrownBy(() -> cursors.forget("es")).hasMessageContaining("remove it there first");
  }

  @Test
  void withoutACollectorTheDirectoryIsChangedItself() throws Exception {
    awaitDelivered(10);
    assertThatThrownBy(() -> CursorAdmin.open(directory)).hasMessageContaining("in use");
    pipeline.close();
    try (CursorAdmin.Offline cursors = CursorAdmin.open(directory)) {
      assertThat(cursors.rewind("es", null, Place.parse("4")))
          .singleElement()
          .satisfies(
              line -> {
                assertThat(line.active()).isFalse();
                assertThat(line.position()).isEqualTo(4);
                assertThat(line.pending()).isEqualTo(2);
              });
    }
    pipeline = start(OPTIONS);
    awaitDelivered(12);
  }

  @Test
  void forgottenDestinationIsGoneAndANewOneBeginsAtTheOldestRecord() throws Exception {
    awaitDelivered(10);
    pipeline.close();
    try (CursorAdmin.Offline cursors = CursorAdmin.open(directory)) {
      cursors.forget("es");
      assertThat(cursors.list()).isEmpty();
    }
    pipeline = start(OPTIONS);
    awaitDelivered(20);
  }
}
