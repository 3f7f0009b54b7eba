package io.vigia.collector.export.elasticsearch;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Signal;
import io.vigia.collector.export.TestBatches;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BulkResponseTest {
  /** Two records, of 3 and 2 items. */
  private final ExportBatch batch = TestBatches.simple(Signal.LOGS, 3, 2);

  private ExportResult judge(String answer) {
    return BulkResponse.judge(
        batch, answer.getBytes(StandardCharsets.UTF_8), "es", new Doubtful(), () -> {});
  }

  private static String answer(List<Integer> statuses) {
    boolean errors = statuses.stream().anyMatch(status -> status >= 300);
    return "{\"errors\":"
        + errors
        + ",\"items\":["
        + String.join(
            ",", statuses.stream().map(s -> "{\"create\":{\"status\":" + s + "}}").toList())
        + "]}";
  }

  private static List<Integer> created(int count) {
    return new ArrayList<>(IntStream.range(0, count).mapToObj(i -> 201).toList());
  }

  @Test
  void allCreatedIsDelivered() {
    assertThat(judge(answer(created(5)))).isEqualTo(ExportResult.delivered());
  }

  @Test
  void theSameWithSpacesAndOtherFieldsIsDelivered() {
    String answer = answer(created(5)).replace("{\"errors\"", "{ \"took\": 3, \"errors\"");
    assertThat(judge(answer)).isEqualTo(ExportResult.delivered());
  }

  @Test
  void anAnswerForAnotherNumberOfDocumentsMeansAllAgain() {
    for (int count : new int[] {0, 1, 4, 6}) {
      ExportResult result = judge(answer(created(count)));
      assertThat(result.retry()).as("%d items", count).hasSize(2);
    }
  }

  /**
   * These say that the cluster is not ready for us: a role without the right to write (401, 403), a
   * data stream that is being replaced (404), a lack of time or room. An operator or time mends
   * that, so nothing goes to the dead letters; whatever may have been written all the same is in
   * doubt, and looked up.
   */
  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 408, 429, 500, 502, 503, 504})
  void whatIsTheClustersFaultIsThatItemAgain(int status) {
    List<Integer> statuses = created(5);
    statuses.set(3, status);
    Doubtful doubtful = new Doubtful();
    AtomicInteger missing = new AtomicInteger();
    ExportResult result =
        BulkResponse.judge(
            batch,
            answer(statuses).getBytes(StandardCharsets.UTF_8),
            "es",
            doubtful,
            missing::incrementAndGet);
    assertThat(result.refused()).isEmpty();
    assertThat(result.duplicates()).isZero();
    assertThat(result.retry()).hasSize(1);
    ExportBatch.Entry again = result.retry().get(0);
    assertThat(again.record()).isSameAs(batch.entries().get(1).record());
    assertThat(again.wants(0)).isTrue();
    assertThat(again.wants(1)).isFalse();
    assertThat(result.retryReason()).startsWith(status + " for documents from es");
    assertThat(doubtful.doubts()).isEqualTo(status >= 500 || status == 408 ? 1 : 0);
    assertThat(missing.get()).as("looks for its data stream").isEqualTo(status == 404 ? 1 : 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "index_closed_exception | closed",
        "validation_exception | Validation Failed: 1: this action would add [2] shards, but ...;",
        "illegal_argument_exception | pipeline with id [mine] does not exist"
      })
  void aBadRequestThatIsTheClustersFaultIsThatItemAgain(String type, String reason) {
    String bad =
        "{\"create\":{\"status\":400,\"error\":{\"type\":\"%s\",\"reason\":\"%s\"}}}"
            .formatted(type, reason);
    String good = "{\"create\":{\"status\":201}}";
    ExportResult result =
        judge("{\"errors\":true,\"items\":[" + String.join(",", good, good, bad, good, bad) + "]}");
    assertThat(result.refused()).isEmpty();
    assertThat(result.retry()).hasSize(2);
    assertThat(result.retryReason())
        .isEqualTo("400 for documents from es: " + type + ": " + reason);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 405, 410, 413, 422})
  void whatIsTheDocumentsFaultIsRefused(int status) {
    List<Integer> statuses = created(5);
    statuses.set(3, status);
    ExportResult result = judge(answer(statuses));
    assertThat(result.retry()).isEmpty();
    assertThat(result.refused())
        .containsExactly(new ExportResult.Refused(1, 0, "status_" + status, "null"));
  }

  @Property(tries = 200)
  void oneOddItemIsFoundWhereverItIs(
      @ForAll @IntRange(max = 4) int at, @ForAll @IntRange(max = 3) int kind) {
    List<Integer> statuses = created(5);
    statuses.set(at, new int[] {200, 409, 429, 400}[kind]);
    ExportResult result = judge(answer(statuses));
    assertThat(result.duplicates()).isEqualTo(kind == 1 ? 1 : 0);
    assertThat(result.retry()).hasSize(kind == 2 ? 1 : 0);
    assertThat(result.refused()).hasSize(kind == 3 ? 1 : 0);
  }
}
