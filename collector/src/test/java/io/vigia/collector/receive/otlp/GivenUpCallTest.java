package io.vigia.collector.receive.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.vigia.collector.core.Signal;
import io.vigia.collector.receive.FakeIntake;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.otlp.Answer.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A request that another thread gave up while its own thread reads its last bytes. */
class GivenUpCallTest {
  private static final int BUDGET_BYTES = 1 << 20;

  private final FakeIntake intake = new FakeIntake();
  private final IntakeBudget budget = new IntakeBudget(BUDGET_BYTES);
  private final EmbeddedChannel loop = new EmbeddedChannel();
  private final List<Answer> answers = new ArrayList<>();

  private HttpExportCall call() {
    return new HttpExportCall(
        new Intaker(intake, intake.metrics, budget, BUDGET_BYTES, 10_000, null),
        loop.eventLoop(),
        Signal.LOGS,
        "",
        new HttpHead(Signal.LOGS, false, Encoding.IDENTITY, Answer.OK),
        answers::add);
  }

  private void needAllTheRoom() {
    IntakeBudget.Lease other = budget.open(10_000, why -> {});
    assertThat(other.grow(BUDGET_BYTES)).isTrue();
    other.close();
  }

  @Test
  void isNotStoredAndItsSenderComesAgain() {
    HttpExportCall call = call();
    call.data(Unpooled.wrappedBuffer(Requests.logs(1).toByteArray()), 0);
    needAllTheRoom(); // the word of it is on its way
    call.complete();
    assertThat(intake.taken).isEmpty();
    loop.runPendingTasks();
    assertThat(answers).extracting(Answer::kind).containsExactly(Kind.OVERLOADED);
  }

  @Test
  void isStoredAndAnsweredOnceWhenItWasWholeBefore() {
    intake.hold();
    HttpExportCall call = call();
    call.data(Unpooled.wrappedBuffer(Requests.logs(1).toByteArray()), 0);
    call.complete();
    needAllTheRoom();
    loop.runPendingTasks();
    assertThat(answers).isEmpty();
    intake.release();
    loop.runPendingTasks();
    assertThat(answers).extracting(Answer::kind).containsExactly(Kind.OK);
    assertThat(intake.taken).hasSize(1);
  }
}
