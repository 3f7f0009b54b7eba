/** Small programs that the integration tests start under the agent; no telemetry code in them. */
@NullMarked
package io.vigia.agent.programs;

import org.jspecify.annotations.NullMarked;
