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
  // severity numbers
  private static final int TRACE = 1;
  private static final int DEBUG = 5;
  private static final int INFO = 9;
  private static final int WARN = 13;
  private static final int ERROR = 17;

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
    assertThat(new Agreement(null).owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  @Test
  void nothingIsDecidedWhileNobodyAnswers() {
    steps(100, UNKNOWN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
  }

  @Test
  void aCollectorThatReadsNoContainersIsSentEverything() {
    steps(1, OFF);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  @Test
  void aNewContainerMayBeFoundALittleLater() {
    agreement.logged(INFO, "order 17 was paid");
    steps(5, NOT_READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    steps(1, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
  }

  @Test
  void aContainerThatIsNotFoundIsSent() {
    steps(30, NOT_READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  @Test
  void stdoutHasItOnlyWhenALoggedEventWasSeenThere() {
    steps(3, READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    agreement.logged(INFO, "order 17 was paid: {\"by\": \"card\"}");
    steps(1, READ);
    assertThat(asked).endsWith("order 17 was paid");
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    steps(1, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
  }

  @Test
  void anApplicationThatLogsToAFileOnlyIsNotLost() {
    agreement.logged(INFO, "order 17 was paid");
    steps(30, READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  @Test
  void aCollectorThatStopsReadingIsSentWhatComesNow() {
    agreement.logged(INFO, "order 17 was paid");
    steps(1, SEEN);
    steps(1, NOT_READ);
    steps(5, UNKNOWN); // away for a while
    steps(1, NOT_READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
    steps(1, NOT_READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  @Test
  void whoSendsIsNotAskedAgain() {
    steps(1, OFF);
    int questions = asked.size();
    steps(3, SEEN);
    assertThat(asked).hasSize(questions);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
  }

  /** A console's threshold may be above a logger's; both would have what is above, or none it. */
  @Test
  void whatIsBelowTheConsolesThresholdIsSentAndNothingElse() {
    agreement.logged(DEBUG, "order 17 is looked for");
    agreement.logged(WARN, "order 17 is gone");
    steps(1, SEEN);
    assertThat(asked).containsExactly("order 17 is gone");
    agreement.logged(INFO, "order 18 was paid");
    steps(30, READ);
    assertThat(List.of(agreement.owner(ERROR), agreement.owner(WARN))).containsOnly(Owner.STDOUT);
    assertThat(List.of(agreement.owner(INFO), agreement.owner(TRACE))).containsOnly(Owner.FORWARD);
    assertThat(asked).doesNotContain("order 17 is looked for");
  }

  /** As while Quarkus begins, which prints none of that. */
  @Test
  void firstEventsOfLowLevelsDoNotMakeTheOthersComeTwice() {
    agreement.logged(TRACE, "reading the configuration");
    steps(30, READ);
    assertThat(agreement.owner(TRACE)).isEqualTo(Owner.FORWARD);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    agreement.logged(INFO, "order 17 was paid");
    steps(1, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
    assertThat(agreement.owner(TRACE)).isEqualTo(Owner.FORWARD);
  }

  /** The console has a threshold, and what is above says again what is below. */
  @Test
  void levelIsNotLostBecauseOneOfItsTextsIsInAnotherLevelsMessage() {
    agreement.logged(WARN, "looking for order 17 failed");
    agreement.logged(INFO, "looking for order 17");
    steps(2, SEEN);
    assertThat(asked).endsWith("looking for order 17");
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    agreement.logged(INFO, "looking for order 18");
    steps(30, READ);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.FORWARD);
    assertThat(agreement.owner(WARN)).isEqualTo(Owner.STDOUT);
  }

  @Test
  void levelIsOnStdoutWhenTwoOfItsEventsAre() {
    agreement.logged(WARN, "order 17 is gone");
    agreement.logged(INFO, "order 18 was paid");
    steps(5, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.UNDECIDED);
    agreement.logged(INFO, "order 19 was paid");
    steps(1, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
  }

  @Test
  void levelThatSaysNothingElseIsOnStdoutToo() {
    agreement.logged(WARN, "order 17 is gone");
    agreement.logged(INFO, "order 18 was paid");
    steps(10, SEEN);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
  }

  /** There is no time for a second one, and an accident is rare. */
  @Test
  void levelOfWhichOneEventWasSeenAtTheEndIsNotSent() {
    agreement.logged(WARN, "order 17 is gone");
    agreement.logged(INFO, "order 18 was paid");
    steps(2, SEEN);
    agreement.giveUp("the process ends");
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
  }

  /** One logger's events may go to a file. */
  @Test
  void newerEventIsAskedForWhenTheFirstOneIsNotFound() {
    agreement.logged(INFO, "GET of the first page");
    steps(5, READ);
    agreement.logged(INFO, "order 17 was paid");
    answer = READ;
    agreement.step();
    assertThat(asked).endsWith("order 17 was paid");
  }

  @Test
  void whatIsHeldAtTheEndIsSentButForWhatIsOnStdout() {
    agreement.logged(INFO, "order 17 was paid");
    steps(1, SEEN);
    agreement.logged(DEBUG, "order 17 is looked for");
    assertThat(agreement.owner(DEBUG)).isEqualTo(Owner.UNDECIDED);
    agreement.giveUp("the process ends");
    assertThat(agreement.owner(DEBUG)).isEqualTo(Owner.FORWARD);
    assertThat(agreement.owner(INFO)).isEqualTo(Owner.STDOUT);
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

  /** Who logs in another script than Latin could not be asked about, and was held. */
  @Test
  void sampleIsOfLatinLettersOrOfOthersWhereThereAreNone() {
    assertThat(StdoutQuestion.sample("заказ 17 оплачен: ok")).isEqualTo("заказ 17 оплачен");
    assertThat(StdoutQuestion.sample("заказ 17 оплачен: paid by card")).isEqualTo("paid by card");
  }

  private void steps(int count, StdoutQuestion.Answer given) {
    answer = given;
    for (int i = 0; i < count; i++) {
      agreement.step();
    }
  }
}
