/** What the collector asks of agents, beside how much to trace. */
@NullMarked
package io.vigia.collector.receive.agents;

import org.jspecify.annotations.NullMarked;
