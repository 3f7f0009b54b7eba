package io.vigia.collector.export.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.DynamicMessage;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.FakeHttpBackend;
import io.vigia.collector.export.TestBatches;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A receiver of 1.0, which takes a request whole or not at all, refuses a large part of a batch.
 */
class ManyRefusedTest {
  private static final int POINTS = 4_000;

  /** Points are told apart by a label with their number. */
  private volatile IntPredicate bad = number -> false;

  private final Set<Integer> stored = new ConcurrentSkipListSet<>();
  private final FakeHttpBackend backend =
      new FakeHttpBackend() {
        @Override
        protected @Nullable String beside(Request request) {
          return RemoteWriteExporterTest.isQuestion(request)
              ? plain("204 No Content", "", "")
              : null;
        }

        @Override
        protected String ok(Request request) {
          Set<Integer> numbers = numbers(PromProto.v1(request.body()));
          if (numbers.stream().anyMatch(bad::test)) {
            return plain("400 Bad Request", "", "out of order sample");
          }
          stored.addAll(numbers);
          return plain("204 No Content", "", "");
        }
      };
  private final RemoteWriteExporter exporter =
      RemoteWriteExporter.builder().url(backend.url()).build();

  @AfterEach
  void close() {
    exporter.close();
    backend.close();
  }

  private static Set<Integer> numbers(DynamicMessage request) {
    return PromProto.list(request, "timeseries").stream()
        .flatMap(series -> PromProto.list(series, "labels").stream())
        .filter(label -> PromProto.get(label, "name").equals("number"))
        .map(label -> Integer.valueOf((String) PromProto.get(label, "value")))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private void assertEachCameToWhatItShould() throws Exception {
    ExportBatch batch = TestBatches.simple(Signal.METRICS, POINTS);
    ExportResult result = exporter.export(batch).get(60, TimeUnit.SECONDS);
    assertThat(result.retry()).isEmpty();
    List<Integer> good = IntStream.range(0, POINTS).filter(bad.negate()).boxed().toList();
    assertThat(stored).containsExactlyElementsOf(good);
    assertThat(result.refused())
        .extracting(ExportResult.Refused::item)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, POINTS).filter(bad).boxed().toList());
    assertThat(result.refused()).allMatch(one -> one.reason().equals("out_of_order"));
  }

  @Test
  void aBatchOfWhichAllIsRefusedCostsFewRequestsAndTheNextOneFewer() throws Exception {
    bad = number -> true;
    assertEachCameToWhatItShould();
    assertThat(backend.requests()).isLessThan(POINTS / 5);
    int before = backend.requests();
    assertEachCameToWhatItShould();
    assertThat(backend.requests() - before).isLessThan(POINTS / 25);
  }

  @Test
  void whatIsGoodBetweenLongStretchesOfRefusedPointsIsTaken() throws Exception {
    bad = number -> number < 1_500 || (number >= 1_700 && number < 3_217);
    assertEachCameToWhatItShould();
    assertThat(backend.requests()).isLessThan(POINTS / 3);
  }

  @Test
  void aFewBadPointsCostThemselvesOnlyAlsoAfterAStretchOfThem() throws Exception {
    bad = number -> number < 2_000 || number % 100 == 7;
    assertEachCameToWhatItShould();
  }
}
