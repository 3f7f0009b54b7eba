package io.vigia.agent.programs;

import java.util.Timer;
import java.util.TimerTask;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Work that a request hands to other threads; virtual ones where the JVM has them. */
final class Threads {

  static void use() throws Exception {
    InRequest.run(Threads::handOver);
  }

  private static void handOver() {
    ScheduledExecutorService pool = Executors.newScheduledThreadPool(1);
    CountDownLatch tasks = new CountDownLatch(5);
    try {
      pool.execute(() -> work(1, tasks));
      Future<?> later = pool.schedule(() -> work(2, tasks), 10, TimeUnit.MILLISECONDS);
      ForkJoinPool.commonPool().execute(() -> work(3, tasks));
      CompletableFuture<Void> future =
          CompletableFuture.supplyAsync(() -> 4).thenAcceptAsync(n -> work(n, tasks));
      new Timer(true)
          .schedule(
              new TimerTask() {
                @Override
                public void run() {
                  work(5, tasks);
                }
              },
              10);
      virtual(() -> Databases.ask("SELECT 1 AS virtual"));
      future.join();
      tasks.await();
      later.get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    } finally {
      pool.shutdown();
    }
  }

  private static void work(int number, CountDownLatch tasks) {
    Databases.ask("SELECT 1 AS t" + number);
    tasks.countDown();
  }

  private static void virtual(Runnable work) throws InterruptedException {
    try {
      ExecutorService executor =
          (ExecutorService)
              Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
      executor.execute(work);
      executor.shutdown();
      executor.awaitTermination(1, TimeUnit.MINUTES);
    } catch (ReflectiveOperationException e) {
      System.out.println("no virtual threads before Java 21");
    }
  }

  private Threads() {}
}
