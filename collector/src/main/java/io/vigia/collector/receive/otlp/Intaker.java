package io.vigia.collector.receive.otlp;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.receive.IntakeBudget;

/** What every request of a receiver shares. */
record Intaker(
    Intake intake,
    CollectorMetrics metrics,
    IntakeBudget budget,
    int maxMessageBytes,
    long stallTimeoutMillis) {
  static final String GRPC = "otlp/grpc";
  static final String HTTP = "otlp/http";
}
