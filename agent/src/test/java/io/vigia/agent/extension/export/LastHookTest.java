package io.vigia.agent.extension.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class LastHookTest {

  private final Map<Thread, Thread> hooks = new IdentityHashMap<>();

  @Test
  void sdkIsClosedWhenTheApplicationsHooksHaveEnded() throws Exception {
    List<String> ended = Collections.synchronizedList(new ArrayList<>());
    Thread application = hook(() -> ended.add("application"));
    Thread last = hook(new LastHook(() -> {}, () -> ended.add("SDK"), hooks, 60_000));
    last.start(); // in no order, as by the JVM
    application.start();
    last.join();
    assertThat(ended).containsExactly("application", "SDK");
  }

  /** What is closed waits for what it sends, which a thread that is interrupted cannot. */
  @Test
  void hookThatInterruptsAllThreadsDoesNotKeepTheSdkFromClosingAfterIt() throws Exception {
    List<String> ended = Collections.synchronizedList(new ArrayList<>());
    List<Thread> others = new ArrayList<>();
    Thread application =
        hook(
            () -> {
              others.forEach(Thread::interrupt);
              while (others.stream().anyMatch(each -> each.isAlive() && each.isInterrupted())) {
                Thread.onSpinWait();
              }
              ended.add("application");
            });
    Thread last =
        hook(
            new LastHook(
                () -> {},
                () -> ended.add("SDK, interrupted: " + Thread.currentThread().isInterrupted()),
                hooks,
                60_000));
    others.add(last);
    last.start();
    application.start();
    last.join();
    assertThat(ended).containsExactly("application", "SDK, interrupted: false");
  }

  @Test
  void hookThatWaitsForThisOneIsNotWaitedForWithoutEnd() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    Thread last = hook(new LastHook(() -> {}, closed::countDown, hooks, 10));
    Thread other =
        hook(
            () -> {
              try {
                last.join();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    other.start();
    last.start();
    closed.await();
    other.join();
  }

  /** A hook may halt the JVM at its end. */
  @Test
  @Timeout(60)
  void whatIsThereLeavesBeforeTheApplicationsHooksEnd() throws Exception {
    CountDownLatch flushed = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Thread application =
        hook(
            () -> {
              try {
                flushed.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    Thread last =
        hook(
            new LastHook(flushed::countDown, closed::countDown, hooks, Long.MAX_VALUE / 2_000_000));
    last.start();
    application.start();
    closed.await();
    last.join();
  }

  private Thread hook(Runnable work) {
    Thread thread = new Thread(work);
    hooks.put(thread, thread);
    return thread;
  }
}
