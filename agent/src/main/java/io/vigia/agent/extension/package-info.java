/**
 * Our part of the agent, inside the agent's class loader: defaults and defaults' defaults ({@link
 * io.vigia.agent.extension.VigiaCustomizer}, read first) and the verdict line. Java 8 byte code.
 */
@NullMarked
package io.vigia.agent.extension;

import org.jspecify.annotations.NullMarked;
