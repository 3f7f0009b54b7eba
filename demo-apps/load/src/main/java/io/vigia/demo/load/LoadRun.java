package io.vigia.demo.load;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends what {@link Mix} chooses at the times of {@link Arrivals}, whatever the service does: an
 * open loop. When more than {@code maxInFlight} requests are unanswered the next ones start late,
 * and their latency counts from when they should have started. One thread calls {@link #run};
 * {@link #stop} may be called by any.
 */
final class LoadRun {
  private final HttpClient http;
  private final Arrivals arrivals;
  private final Mix mix;
  private final Requests requests;
  private final RandomGenerator random;
  private final Tally tally;
  private final int maxInFlight;
  private final Semaphore free;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final AtomicLong unsent = new AtomicLong();

  LoadRun(
      HttpClient http,
      Arrivals arrivals,
      Mix mix,
      Requests requests,
      RandomGenerator random,
      Tally tally,
      int maxInFlight) {
    this.http = http;
    this.arrivals = arrivals;
    this.mix = mix;
    this.requests = requests;
    this.random = random;
    this.tally = tally;
    this.maxInFlight = maxInFlight;
    this.free = new Semaphore(maxInFlight);
  }

  /**
   * Sends until the time is over or {@link #stop}, then waits for the last answers.
   *
   * @param nanos how long visitors arrive
   * @param graceNanos how long, after that, requests that fell behind are still sent and answers
   *     are awaited
   */
  void run(long nanos, long graceNanos) throws InterruptedException {
    long start = System.nanoTime();
    for (long at = arrivals.nextNanos(); at < nanos && !stopped.get(); at = arrivals.nextNanos()) {
      Kind kind = mix.next(random);
      HttpRequest request = requests.of(kind, random);
      long intended = start + at;
      if (!waitUntil(intended)) {
        break;
      }
      long patience = start + nanos + graceNanos - System.nanoTime();
      if (free.tryAcquire(Math.max(0, patience), TimeUnit.NANOSECONDS)) {
        send(kind, request, intended);
      } else {
        unsent.incrementAndGet();
      }
    }
    // all permits back = all answered
    if (free.tryAcquire(maxInFlight, graceNanos, TimeUnit.NANOSECONDS)) {
      free.release(maxInFlight);
    }
  }

  void stop() {
    stopped.set(true);
  }

  /** Visitors who arrived and could not be let in before the time was over. */
  long unsent() {
    return unsent.get();
  }

  /** Requests without an answer now. */
  int inFlight() {
    return maxInFlight - free.availablePermits();
  }

  private boolean waitUntil(long intended) throws InterruptedException {
    for (long left = intended - System.nanoTime(); left > 0; left = intended - System.nanoTime()) {
      if (stopped.get()) {
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
    }
    return true;
  }

  private void send(Kind kind, HttpRequest request, long intended) {
    tally.sent(kind);
    var unused =
        http.sendAsync(request, BodyHandlers.discarding())
            .whenComplete(
                (response, failure) -> {
                  if (failure == null) {
                    tally.answered(kind, response.statusCode(), intended, System.nanoTime());
                  } else {
                    tally.failed(kind, cause(failure));
                  }
                  free.release();
                });
  }

  private static String cause(Throwable failure) {
    @Nullable Throwable cause =
        failure instanceof CompletionException ? failure.getCause() : failure;
    if (cause instanceof HttpTimeoutException) {
      return "timeout";
    }
    if (cause instanceof ConnectException) {
      return "refused";
    }
    return cause instanceof IOException ? "broken" : "error";
  }
}
