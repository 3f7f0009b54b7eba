package io.vigia.agent.extension.traces;

import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Console;
import io.vigia.agent.boot.Daemon;
import io.vigia.agent.boot.RequestHeaders;
import io.vigia.agent.boot.TlsFiles;
import io.vigia.agent.extension.export.CollectorGet;
import java.io.UnsupportedEncodingException;
import java.net.URI;
import java.net.URLEncoder;

/**
 * Asks the collector for the strategy of this service (Jaeger's {@code /sampling?service=} on the
 * OTLP/HTTP port), at once and then every so often, on a daemon thread of its own. A collector that
 * does not know the path is asked ten times less often; one that is away is asked on, silently,
 * because the exporters report that.
 */
final class SamplingPoller implements Runnable {

  private static final int NOT_THERE_FACTOR = 10;

  private final CollectorGet collector;
  private final RemoteSampler sampler;
  private final long intervalMillis;

  private SamplingPoller(CollectorGet collector, RemoteSampler sampler, long intervalMillis) {
    this.collector = collector;
    this.sampler = sampler;
    this.intervalMillis = intervalMillis;
  }

  static void start(
      CollectorAddress address, String service, RemoteSampler sampler, long intervalMillis) {
    URI url = URI.create(address.otlp() + "/sampling?service=" + encoded(service));
    CollectorGet get = new CollectorGet(url, TlsFiles.find(), RequestHeaders.find());
    Daemon.start("vigia-sampling", new SamplingPoller(get, sampler, intervalMillis));
  }

  private static String encoded(String service) {
    try {
      return URLEncoder.encode(service, "UTF-8").replace("+", "%20");
    } catch (UnsupportedEncodingException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void run() {
    try {
      while (true) {
        Thread.sleep(intervalMillis * (ask() ? 1 : NOT_THERE_FACTOR));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether somebody answers such questions there, or may later. */
  private boolean ask() {
    try {
      String answer = collector.get();
      if (answer == null) {
        return false;
      }
      sampler.update(answer);
    } catch (Throwable e) { // also memory that ran out: the next question may find some
      Console.debug(() -> "no sampling strategy: " + e);
    }
    return true;
  }
}
