package io.vigia.agent.extension.logs;

import static io.vigia.agent.extension.logs.StdoutQuestion.Answer.NOT_READ;
import static io.vigia.agent.extension.logs.StdoutQuestion.Answer.OFF;
import static io.vigia.agent.extension.logs.StdoutQuestion.Answer.READ;
import static io.vigia.agent.extension.logs.StdoutQuestion.Answer.SEEN;
import static io.vigia.agent.extension.logs.StdoutQuestion.Answer.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.extension.logs.Agreement.Owner;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private StdoutQuestion.Answer answer = UNKNOWN;
  private final List<@Nullable String> asked = new ArrayList<>();
  private final Agreement agreement =
      new Agreement(
          text -> {
            asked.add(text);
            return answer;
          });

  @Test
  void withoutAQuestionEverythingIsSent() {
    assertThat(new Agreement(null).owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void nothingIsDecidedWhileNobodyAnswers() {
    steps(100, UNKNOWN);
    assertThat(agreement.owner()).isEqualTo(Owner.UNDECIDED);
  }

  @Test
  void aCollectorThatReadsNoContainersIsSentEverything() {
    steps(1, OFF);
    assertThat(agreement.owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void aNewContainerMayBeFoundALittleLater() {
    agreement.logged("order 17 was paid");
    steps(5, NOT_READ);
    assertThat(agreement.owner()).isEqualTo(Owner.UNDECIDED);
    steps(1, SEEN);
    assertThat(agreement.owner()).isEqualTo(Owner.STDOUT);
  }

  @Test
  void aContainerThatIsNotFoundIsSent() {
    steps(30, NOT_READ);
    assertThat(agreement.owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void stdoutHasItOnlyWhenALoggedEventWasSeenThere() {
    steps(3, READ);
    assertThat(agreement.owner()).isEqualTo(Owner.UNDECIDED);
    agreement.logged("order 17 was paid: {\"by\": \"card\"}");
    steps(1, READ);
    assertThat(asked).endsWith("order 17 was paid");
    assertThat(agreement.owner()).isEqualTo(Owner.UNDECIDED);
    steps(1, SEEN);
    assertThat(agreement.owner()).isEqualTo(Owner.STDOUT);
  }

  @Test
  void anApplicationThatLogsToAFileOnlyIsNotLost() {
    agreement.logged("order 17 was paid");
    steps(30, READ);
    assertThat(agreement.owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void aCollectorThatStopsReadingIsSentWhatComesNow() {
    agreement.logged("order 17 was paid");
    steps(1, SEEN);
    steps(1, NOT_READ);
    steps(5, UNKNOWN); // away for a while
    steps(1, NOT_READ);
    assertThat(agreement.owner()).isEqualTo(Owner.STDOUT);
    steps(1, NOT_READ);
    assertThat(agreement.owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void whoSendsIsNotAskedAgain() {
    steps(1, OFF);
    int questions = asked.size();
    steps(3, SEEN);
    assertThat(asked).hasSize(questions);
    assertThat(agreement.owner()).isEqualTo(Owner.FORWARD);
  }

  @Test
  void aSampleIsWhatEveryLayoutLeavesAlone() {
    assertThat(StdoutQuestion.sample("paid")).isNull();
    assertThat(StdoutQuestion.sample("a \"quoted text of many words\" b"))
        .isEqualTo("quoted text of many words");
    assertThat(StdoutQuestion.sample("x".repeat(500))).hasSize(80);
    // on stdout there is the password
    assertThat(StdoutQuestion.sample("for ann: password=[redacted]")).isEqualTo("password");
    assertThat(StdoutQuestion.sample("pwd=[redacted]")).isNull();
  }

  private void steps(int count, StdoutQuestion.Answer given) {
    answer = given;
    for (int i = 0; i < count; i++) {
      agreement.step();
    }
  }
}
