package io.vigia.agent.programs;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.ListeningExecutorService;
import com.google.common.util.concurrent.MoreExecutors;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
import java.util.concurrent.Executors;

/** What RxJava and Guava hand to other threads is part of the request. */
final class Flows {

  static void use() throws Exception {
    InRequest.run(Flows::rx);
    InRequest.run(() -> HttpClients.done(Flows::guava));
  }

  private static void rx() {
    Single.fromCallable(() -> "rx1")
        .subscribeOn(Schedulers.io())
        .observeOn(Schedulers.computation())
        .doOnSuccess(name -> Databases.ask("SELECT 1 AS " + name))
        .ignoreElement()
        .blockingAwait();
  }

  private static void guava() throws Exception {
    ListeningExecutorService pool =
        MoreExecutors.listeningDecorator(Executors.newSingleThreadExecutor());
    ListenableFuture<String> asked = pool.submit(() -> "guava1");
    Futures.transform(
            asked,
            name -> {
              Databases.ask("SELECT 1 AS " + name);
              return name;
            },
            pool)
        .get();
    pool.shutdown();
  }

  private Flows() {}
}
