/**
 * Answers how much a service shall trace: Jaeger's remote sampling over HTTP, on the port of
 * OTLP/HTTP. {@link io.vigia.collector.receive.sampling.SamplingStrategies} has the format.
 */
@NullMarked
package io.vigia.collector.receive.sampling;

import org.jspecify.annotations.NullMarked;
