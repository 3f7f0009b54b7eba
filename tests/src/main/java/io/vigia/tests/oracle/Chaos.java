package io.vigia.tests.oracle;

import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Jaeger;
import io.vigia.tests.backends.Prometheus;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.collector.CollectorProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Harms everything by chance, and mends it at the end. One thread. */
final class Chaos {
  private static final long MAX_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final CollectorProcess collector;
  private final FaultProxy proxy;
  private final Elasticsearch elasticsearch;
  private final Jaeger jaeger;
  private final Prometheus prometheus;
  private final Random random;
  private final Deque<FaultProxy.Fault> deck = new ArrayDeque<>();
  private int kills;
  private int elasticsearchKills;
  private int pauses;
  private int rollovers;
  private int lateRequests;

  Chaos(
      CollectorProcess collector,
      FaultProxy proxy,
      Elasticsearch elasticsearch,
      Jaeger jaeger,
      Prometheus prometheus,
      long seed) {
    this.collector = collector;
    this.proxy = proxy;
    this.elasticsearch = elasticsearch;
    this.jaeger = jaeger;
    this.prometheus = prometheus;
    this.random = new Random(seed);
  }

  int kills() {
    return kills;
  }

  /**
   * Kills the collector this many times, each time after a random life in random weather.
   *
   * @param limit no more after this time
   * @param late whether the requests of some lives arrive in the next one
   */
  void run(int wantedKills, Duration limit, boolean late) throws InterruptedException {
    int elasticsearchKillEvery = Math.max(12, wantedKills / 6);
    long start = System.nanoTime();
    while (kills < wantedKills && System.nanoTime() - start < limit.toNanos()) {
      FaultProxy.Fault fault = weather();
      deliverLate();
      proxy.hold(late && random.nextInt(3) == 0);
      live(fault);
      collector.kill();
      kills++;
      if (kills % elasticsearchKillEvery == 0) {
        elasticsearch.kill();
        elasticsearchKills++;
        collector.start();
        Thread.sleep(random.nextInt(500));
        elasticsearch.start();
      } else {
        collector.start();
      }
      if (kills % 10 == 0) {
        System.out.println("oracle: so far " + this);
      }
    }
    proxy.set(FaultProxy.Fault.NONE);
    proxy.hold(false);
    deliverLate();
  }

  /** Elasticsearch may be too busy, or away: then they never arrive. */
  private void deliverLate() throws InterruptedException {
    if (proxy.held() > 0) {
      rollover();
    }
    try {
      lateRequests += proxy.deliverHeld().size();
    } catch (IOException e) {
      System.err.println("oracle: a late request did not arrive: " + e.getMessage());
    }
  }

  /**
   * A random moment is the point. Every other life lasts until some requests have reached
   * Elasticsearch, so that kills hit what is under way as often as what has only just begun; so
   * does each in which a fault could be met for the first time.
   */
  private void live(FaultProxy.Fault fault) throws InterruptedException {
    if (random.nextBoolean() || proxy.count(fault) == 0) {
      long wanted = proxy.bulkRequests() + 1 + random.nextInt(8);
      long deadline = System.nanoTime() + MAX_LIFE_NANOS;
      while (proxy.bulkRequests() < wanted && System.nanoTime() < deadline) {
        Thread.sleep(1);
      }
      Thread.sleep(random.nextInt(100));
    } else {
      Thread.sleep(100 + random.nextInt(1200));
    }
  }

  /** Faults are dealt like cards: each has come before one comes again. */
  private FaultProxy.Fault weather() throws InterruptedException {
    if (deck.isEmpty()) {
      List<FaultProxy.Fault> cards = new ArrayList<>(List.of(FaultProxy.Fault.values()));
      cards.add(FaultProxy.Fault.NONE);
      cards.add(FaultProxy.Fault.NONE);
      Collections.shuffle(cards, random);
      deck.addAll(cards);
    }
    FaultProxy.Fault fault = deck.remove();
    proxy.set(fault);
    switch (random.nextInt(8)) {
      case 0 -> {
        elasticsearch.pause();
        Thread.sleep(random.nextInt(1500));
        elasticsearch.resume();
        pauses++;
      }
      case 1 -> {
        jaeger.pause();
        prometheus.pause();
        Thread.sleep(random.nextInt(1500));
        jaeger.resume();
        prometheus.resume();
        pauses++;
      }
      case 2, 3 -> rollover();
      default -> {}
    }
    return fault;
  }

  /** Faults that no request met. */
  List<String> untried() {
    return Arrays.stream(FaultProxy.Fault.values())
        .filter(fault -> proxy.count(fault) == 0)
        .map(fault -> "requests that meet " + fault)
        .toList();
  }

  /** A data stream that does not exist yet, or a server that is busy, is no failure of the test. */
  private void rollover() {
    try {
      for (String stream : new ElasticsearchQueries(elasticsearch.url()).dataStreams()) {
        new ElasticsearchQueries(elasticsearch.url()).rollover(stream);
        rollovers++;
      }
    } catch (RuntimeException e) {
      System.err.println("oracle: no rollover this time: " + e.getMessage());
    }
  }

  @Override
  public String toString() {
    return "%d kills of the collector, %d of Elasticsearch, %d pauses, %d rollovers, %d late requests, bulk requests %s"
        .formatted(kills, elasticsearchKills, pauses, rollovers, lateRequests, proxy.counts());
  }
}
