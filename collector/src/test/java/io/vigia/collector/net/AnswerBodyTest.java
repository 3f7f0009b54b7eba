package io.vigia.collector.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What arrives in pieces is the answer, whatever the server said of its length. */
class AnswerBodyTest {
  @Property(tries = 200)
  void itIsWhatArrived(
      @ForAll @Size(max = 8) byte[][] pieces, @ForAll @IntRange(min = -1, max = 3_000) int said) {
    AnswerBody body = new AnswerBody();
    byte[] all = {};
    body.begin();
    body.expect(said);
    for (byte[] piece : pieces) {
      body.append(Unpooled.wrappedBuffer(piece));
      int before = all.length;
      all = Arrays.copyOf(all, before + piece.length);
      System.arraycopy(piece, 0, all, before, piece.length);
    }
    assertThat(body.size()).isEqualTo(all.length);
    assertThat(body.bytes()).isEqualTo(all);
  }

  @Test
  void theNextAnswerLeavesTheLastOneAlone() {
    AnswerBody body = new AnswerBody();
    body.begin();
    body.expect(3);
    body.append(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}));
    byte[] first = body.bytes();
    body.begin();
    body.expect(3);
    body.append(Unpooled.wrappedBuffer(new byte[] {7, 8, 9}));
    assertThat(first).containsExactly(1, 2, 3);
    assertThat(body.bytes()).containsExactly(7, 8, 9);
  }

  @Test
  void aServerThatClaimsALotGetsNoMemoryForThat() {
    AnswerBody body = new AnswerBody();
    body.begin();
    body.expect(Long.MAX_VALUE);
    body.append(Unpooled.wrappedBuffer(new byte[] {1}));
    assertThat(body.bytes()).containsExactly(1);
  }
}
