/** Metric registries of the application, bridged into the SDK's metrics. */
@NullMarked
package io.vigia.agent.extension.metrics;

import org.jspecify.annotations.NullMarked;
