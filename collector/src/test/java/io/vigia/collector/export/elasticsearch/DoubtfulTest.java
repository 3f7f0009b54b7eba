package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DoubtfulTest {
  /** Two records, of 3 and 2 items. */
  private final ExportBatch batch = TestBatches.simple(Signal.LOGS, 3, 2);

  private final Doubtful doubtful = new Doubtful();

  private long sequence(int entry) {
    return batch.entries().get(entry).record().id().sequence();
  }

  private String id(int entry, int item) {
    return DocumentId.of(batch.entries().get(entry).record().id(), item);
  }

  @Test
  void nothingIsLookedUpWithoutDoubt() {
    assertThat(doubtful.concerns(batch)).isFalse();
  }

  @Test
  void onlyRecordsBelowTheMarkOfTheirSignalAreLookedUp() {
    doubtful.doubt(Signal.TRACES, Long.MAX_VALUE);
    assertThat(doubtful.concerns(batch)).isFalse();
    doubtful.doubt(Signal.LOGS, sequence(1));
    assertThat(doubtful.concerns(batch)).isTrue();
    assertThat(doubtful.ids(batch)).isEqualTo(List.of(id(0, 0), id(0, 1), id(0, 2)));
  }

  @Test
  void aRequestOfUnknownFateIsDoubtful() {
    doubtful.doubt(batch);
    assertThat(doubtful.ids(batch)).hasSize(5);
  }

  @Test
  void whatIsThereIsNoLongerWanted() {
    ExportBatch rest = Doubtful.without(batch, Set.of(id(0, 1), id(1, 0), id(1, 1)));
    assertThat(rest.entries()).hasSize(2);
    assertThat(rest.items()).isEqualTo(2);
    assertThat(rest.entries().get(0).wants(1)).isFalse();
    assertThat(rest.entries().get(1).items()).isZero();
  }
}
