package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.sdk.common.CompletableResultCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartsTest {

  private static final int MAX = (int) Parts.MAX_BYTES;

  private final List<Collection<Integer>> exports = new ArrayList<>();

  @Test
  void whatFitsGoesAtOnce() {
    assertThat(export(MAX - 2, 1, 1).isSuccess()).isTrue();
    assertThat(exports).containsExactly(List.of(MAX - 2, 1, 1));
  }

  @Test
  void whatDoesNotFitGoesInPartsInItsOrder() {
    assertThat(export(MAX - 1, 2, MAX, MAX + 5, 3, 4).isSuccess()).isTrue();
    assertThat(exports)
        .containsExactly(
            List.of(MAX - 1), List.of(2), List.of(MAX), List.of(MAX + 5), List.of(3, 4));
  }

  @Test
  void exportOfNothingIsOne() {
    export();
    assertThat(exports).containsExactly(Collections.emptyList());
  }

  @Test
  void partThatFailsIsTold() {
    CompletableResultCode result =
        Parts.export(
            List.of(MAX, 1),
            Integer::longValue,
            part ->
                part.contains(1)
                    ? CompletableResultCode.ofSuccess()
                    : CompletableResultCode.ofFailure());
    assertThat(result.isSuccess()).isFalse();
  }

  private CompletableResultCode export(Integer... sizes) {
    return Parts.export(
        List.of(sizes),
        Integer::longValue,
        part -> {
          exports.add(part);
          return CompletableResultCode.ofSuccess();
        });
  }
}
