package io.vigia.agent.extension.metrics;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.metrics.data.AggregationTemporality;
import io.opentelemetry.sdk.metrics.data.LongPointData;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.metrics.export.MetricProducer;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableLongPointData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableMetricData;
import io.opentelemetry.sdk.metrics.internal.data.ImmutableSumData;
import io.opentelemetry.sdk.resources.Resource;
import io.vigia.agent.extension.export.ExportHealth;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/**
 * {@code vigia.agent.payloads{signal,outcome,reason}}: what the agent had to keep, hand over later
 * or drop. Absent as long as everything was delivered at once.
 */
public final class AgentHealthProducer implements MetricProducer {

  private static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("io.vigia.agent");

  private final ExportHealth health;
  private final StartTime start = StartTime.now();

  public AgentHealthProducer(ExportHealth health) {
    this.health = health;
  }

  @Override
  public Collection<MetricData> produce(Resource resource) {
    long now = System.currentTimeMillis() * 1_000_000L;
    long startEpochNanos = start.before(now);
    List<LongPointData> points = new ArrayList<>();
    health
        .counts()
        .forEach(
            (outcome, count) ->
                points.add(
                    ImmutableLongPointData.create(
                        startEpochNanos, now, attributes(outcome), count)));
    if (points.isEmpty()) {
      return Collections.emptyList();
    }
    return Collections.singletonList(
        ImmutableMetricData.createLongSum(
            resource,
            SCOPE,
            "vigia.agent.payloads",
            "Payloads that were not delivered at once, by what became of them",
            "",
            ImmutableSumData.create(true, AggregationTemporality.CUMULATIVE, points)));
  }

  private static Attributes attributes(ExportHealth.Outcome outcome) {
    AttributesBuilder attributes =
        Attributes.builder().put("signal", outcome.stream).put("outcome", outcome.outcome);
    if (!outcome.reason.isEmpty()) {
      attributes.put("reason", outcome.reason);
    }
    return attributes.build();
  }
}
