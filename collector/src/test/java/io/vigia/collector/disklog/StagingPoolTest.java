package io.vigia.collector.disklog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.Test;

class StagingPoolTest {
  private static final int MIB = 1 << 20;

  private final StagingPool pool = new StagingPool(64L * MIB);

  private StagingChunk acquire(int bytes) {
    return Objects.requireNonNull(pool.acquire(bytes));
  }

  @Test
  void memoryIsUsedAgainAlsoThatOfLargeRecords() {
    for (int bytes : new int[] {100, 600 << 10, MIB + 2, 4 * MIB}) {
      StagingChunk first = acquire(bytes);
      assertThat(first.buffer.capacity()).isGreaterThanOrEqualTo(bytes);
      pool.release(first);
      assertThat(acquire(bytes - 1)).isSameAs(first);
    }
  }

  @Test
  void whatIsKeptIsBounded() {
    StagingChunk[] chunks = new StagingChunk[4];
    for (int i = 0; i < chunks.length; i++) {
      chunks[i] = acquire(4 * MIB);
    }
    for (StagingChunk chunk : chunks) {
      pool.release(chunk);
    }
    assertThat(acquire(4 * MIB)).isIn((Object[]) chunks);
    assertThat(acquire(4 * MIB)).isIn((Object[]) chunks);
    assertThat(acquire(4 * MIB)).isNotIn((Object[]) chunks);
  }

  @Test
  void recordLargerThanThatHasJustWhatItNeeds() {
    StagingChunk chunk = acquire(4 * MIB + 1);
    assertThat(chunk.buffer.capacity()).isEqualTo(4 * MIB + 1);
    assertThat(pool.usedBytes()).isEqualTo(4 * MIB + 1);
    pool.release(chunk);
    assertThat(pool.usedBytes()).isZero();
  }

  @Test
  void budgetIsKeptButForOneRecordOfAnySize() {
    StagingChunk large = acquire(100 * MIB);
    assertThat(pool.acquire(1)).isNull();
    pool.release(large);
    acquire(40 * MIB);
    assertThat(pool.acquire(30 * MIB)).isNull();
    assertThat(acquire(20 * MIB).buffer.capacity()).isEqualTo(20 * MIB);
  }
}
