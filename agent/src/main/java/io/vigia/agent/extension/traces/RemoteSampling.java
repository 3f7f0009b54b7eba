package io.vigia.agent.extension.traces;

import io.opentelemetry.javaagent.extension.AgentListener;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import io.vigia.agent.boot.CollectorAddress;
import io.vigia.agent.boot.Setting;
import org.jspecify.annotations.Nullable;

/**
 * Parent-based sampling whose root decisions are the collector's. The sampler is made while the SDK
 * is configured; the collector is asked once the agent is up, so that start-up does not pay for it.
 */
public final class RemoteSampling implements AgentListener {

  private static final long DEFAULT_INTERVAL_MILLIS = 30_000;
  private static final long MIN_INTERVAL_MILLIS = 100;

  private static @Nullable Runnable poller;

  /** Takes the place of the default sampler. */
  public static synchronized Sampler sampler(CollectorAddress address, String service) {
    RemoteSampler root = new RemoteSampler();
    poller = () -> SamplingPoller.start(address, service, root, intervalMillis());
    return Sampler.parentBased(Harmless.sampler(root));
  }

  private static long intervalMillis() {
    return Math.max(
        MIN_INTERVAL_MILLIS, Setting.SAMPLING_INTERVAL_MILLIS.number(DEFAULT_INTERVAL_MILLIS));
  }

  @Override
  public void afterAgent(AutoConfiguredOpenTelemetrySdk sdk) {
    synchronized (RemoteSampling.class) {
      if (poller != null) {
        poller.run();
        poller = null;
      }
    }
  }
}
