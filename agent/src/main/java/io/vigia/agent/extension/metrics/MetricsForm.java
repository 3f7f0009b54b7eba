package io.vigia.agent.extension.metrics;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.boot.TlsFiles;
import io.vigia.agent.extension.export.CollectorGet;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * In which form the collector wants metrics (its {@code /metrics-form}). The SDK fixes temporality
 * and kind of histogram when an instrument is made, the first ones during the agent's start; so the
 * collector is asked on a thread of its own when that start begins, and the first instrument takes
 * what is known then. It waits only for an answer that is on its way, and not longer than {@link
 * Setting#METRICS_FORM_MILLIS} after the question. Without an answer: cumulative, explicit buckets.
 * What was decided stays. Thread-safe.
 */
public final class MetricsForm {

  private static final long DEFAULT_MILLIS = 250;

  /** Gives the answer or {@code null}; blocks. */
  interface Question {
    @Nullable String ask() throws IOException;
  }

  private final long untilNanos;
  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile String answer = "";
  private @Nullable String decided;

  private MetricsForm(long millis) {
    untilNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** Begins to ask, and returns at once. */
  public static MetricsForm ask(CollectorAddress address) {
    long millis = Setting.METRICS_FORM_MILLIS.number(DEFAULT_MILLIS);
    return ask(
        millis,
        () ->
            address.isGrpc() || millis <= 0
                ? null
                : new CollectorGet(
                        URI.create(address.otlp() + "/metrics-form"),
                        TlsFiles.find(),
                        RequestHeaders.find())
                    .get());
  }

  static MetricsForm ask(long millis, Question question) {
    MetricsForm form = new MetricsForm(millis);
    Daemon.start("vigia-metrics-form", () -> form.put(question));
    return form;
  }

  private void put(Question question) {
    try {
      String text = question.ask();
      answer = text == null ? "" : text;
    } catch (IOException | RuntimeException | LinkageError e) {
      Console.debug(() -> "the form of metrics: " + e);
    } finally {
      answered.countDown();
    }
  }

  boolean isDelta() {
    return decided().contains("\"temporality\":\"delta\"");
  }

  boolean isExponential() {
    return decided().contains("\"histograms\":\"exponential\"");
  }

  private synchronized String decided() {
    String form = decided;
    if (form == null) {
      long left = untilNanos - System.nanoTime();
      try {
        form = answered.await(Math.max(0, left), TimeUnit.NANOSECONDS) ? answer : "";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        form = "";
      }
      decided = form;
    }
    return form;
  }
}
