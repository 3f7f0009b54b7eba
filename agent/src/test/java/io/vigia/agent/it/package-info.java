/** Real JVMs with the agent, asserted on what a receiver saw. */
@NullMarked
package io.vigia.agent.it;

import org.jspecify.annotations.NullMarked;
