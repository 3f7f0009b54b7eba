package io.vigia.agent.extension.metrics;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.Setting;
import io.vigia.agent.boot.TlsFiles;
import io.vigia.agent.boot.UrlHost;
import io.vigia.agent.boot.WebProxy;
import io.vigia.agent.extension.export.CollectorGet;
import io.vigia.agent.extension.export.Resolver;
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
 * Setting#METRICS_FORM_MILLIS} after the question; for a name server, which may be slow, shorter.
 * Without an answer: cumulative, explicit buckets. What was decided stays. Thread-safe.
 */
public final class MetricsForm {

  private static final int DEFAULT_MILLIS = 250;

  /** More than a name server takes that is near; mostly over when the first instrument is made. */
  private static final long LOOKUP_MILLIS = 50;

  /** Finds the collector's host; blocks. */
  interface Lookup {
    void find() throws IOException;
  }

  /** Gives the answer or {@code null}; blocks. */
  interface Question {
    @Nullable String ask() throws IOException;
  }

  private final long untilNanos;
  private final long lookupUntilNanos;
  private final CountDownLatch found = new CountDownLatch(1);
  private final CountDownLatch answered = new CountDownLatch(1);
  private volatile String answer = "";
  private @Nullable String decided;

  private MetricsForm(long millis, long lookupMillis) {
    long now = System.nanoTime();
    untilNanos = now + TimeUnit.MILLISECONDS.toNanos(millis);
    lookupUntilNanos = now + TimeUnit.MILLISECONDS.toNanos(Math.min(lookupMillis, millis));
  }

  /** Begins to ask, and returns at once. */
  public static MetricsForm ask(CollectorAddress address) {
    int millis = Setting.METRICS_FORM_MILLIS.count(DEFAULT_MILLIS);
    if (address.isGrpc() || millis <= 0) {
      return none();
    }
    URI url = URI.create(address.otlp() + "/metrics-form");
    boolean byName = Resolver.isForNameServers(String.valueOf(UrlHost.of(url)));
    return ask(
        millis,
        byName ? LOOKUP_MILLIS : millis,
        () -> lookUp(url, millis),
        () -> new CollectorGet(url, TlsFiles.find(), RequestHeaders.find()).get());
  }

  /** Nobody is asked. */
  static MetricsForm none() {
    MetricsForm form = new MetricsForm(0, 0);
    form.decided = "";
    return form;
  }

  static MetricsForm ask(long millis, long lookupMillis, Lookup lookup, Question question) {
    MetricsForm form = new MetricsForm(millis, lookupMillis);
    Daemon.start("vigia-metrics-form", () -> form.put(lookup, question));
    return form;
  }

  /** The request finds the answer in the JVM's cache. A proxy looks up by itself. */
  private static void lookUp(URI url, int millis) throws IOException {
    String host = UrlHost.of(url);
    if (host != null && WebProxy.ofJvm(url) == null) {
      Resolver.resolve(host, millis);
    }
  }

  private void put(Lookup lookup, Question question) {
    try {
      lookup.find();
      found.countDown();
      String text = question.ask();
      answer = text == null ? "" : text;
    } catch (IOException | RuntimeException | LinkageError e) {
      Console.debug(() -> "the form of metrics: " + e);
    } finally {
      answered.countDown();
      found.countDown();
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
      try {
        form = await(found, lookupUntilNanos) && await(answered, untilNanos) ? answer : "";
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        form = "";
      }
      decided = form;
    }
    return form;
  }

  private static boolean await(CountDownLatch latch, long untilNanos) throws InterruptedException {
    return latch.await(Math.max(0, untilNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
  }
}
