package io.vigia.tests.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests at a fixed rate, whatever the answers take; latency counts from the moment at which a
 * request was due, so that a stall is paid by all that it delays.
 */
final class OpenLoop {
  private OpenLoop() {}

  /**
   * Latencies in milliseconds, sorted.
   *
   * @param mayFailPercent of the requests; 100 is for warming up, which also may not be through in
   *     time
   * @throws IllegalStateException if more fail
   */
  static double[] run(String url, int perSecond, int seconds, int mayFailPercent)
      throws InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
    int total = perSecond * seconds;
    double[] millis = new double[total];
    AtomicInteger failed = new AtomicInteger();
    CountDownLatch answered = new CountDownLatch(total);
    long start = System.nanoTime();
    for (int i = 0; i < total; i++) {
      int number = i;
      long due = start + i * 1_000_000_000L / perSecond;
      for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
        LockSupport.parkNanos(wait);
      }
      client
          .sendAsync(request, HttpResponse.BodyHandlers.discarding())
          .whenComplete(
              (response, failure) -> {
                millis[number] = (System.nanoTime() - due) / 1e6;
                if (failure != null || response.statusCode() != 200) {
                  failed.incrementAndGet();
                }
                answered.countDown();
              });
    }
    boolean all = answered.await(60, TimeUnit.SECONDS);
    if (mayFailPercent < 100 && (!all || failed.get() * 100L > (long) total * mayFailPercent)) {
      throw new IllegalStateException(
          failed
              + " of "
              + total
              + " requests to "
              + url
              + " failed, "
              + answered.getCount()
              + " are not answered");
    }
    Arrays.sort(millis);
    return millis;
  }
}
