package io.vigia.agent.extension.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class MetricsFormTest {

  private static final long LONG = 60_000;
  private static final MetricsForm.Lookup AT_ONCE = () -> {};

  @Test
  void whatTheCollectorAnswersIsTaken() {
    MetricsForm form =
        MetricsForm.ask(
            LONG,
            LONG,
            AT_ONCE,
            () -> "{\"temporality\":\"delta\",\"histograms\":\"exponential\"}");
    assertThat(form.isDelta()).isTrue();
    assertThat(form.isExponential()).isTrue();
  }

  @Test
  void withoutAnAnswerItIsCumulativeWithExplicitBuckets() {
    for (MetricsForm.Question none :
        new MetricsForm.Question[] {
          () -> null,
          () -> "<html>delta</html>",
          () -> {
            throw new IOException("refused");
          },
          () -> {
            throw new IllegalStateException("ours");
          }
        }) {
      MetricsForm form = MetricsForm.ask(LONG, LONG, AT_ONCE, none);
      assertThat(form.isDelta()).isFalse();
      assertThat(form.isExponential()).isFalse();
    }
  }

  /** The SDK would mix both otherwise. */
  @Test
  void answerThatComesTooLateChangesNothing() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    CountDownLatch given = new CountDownLatch(1);
    MetricsForm form =
        MetricsForm.ask(
            20,
            LONG,
            AT_ONCE,
            () -> {
              try {
                late.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              given.countDown();
              return "{\"temporality\":\"delta\"}";
            });
    assertThat(form.isDelta()).isFalse();
    late.countDown();
    given.await();
    assertThat(form.isDelta()).isFalse();
  }

  /** The application's start would wait for it. */
  @Test
  @Timeout(60)
  void nameServerThatHangsIsNotWaitedFor() {
    CountDownLatch answered = new CountDownLatch(1);
    MetricsForm form =
        MetricsForm.ask(
            3_600_000,
            10,
            () -> {
              try {
                answered.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            () -> "{\"temporality\":\"delta\"}");
    assertThat(form.isDelta()).isFalse();
    answered.countDown();
  }
}
