/**
 * What {@code -javaagent} and {@code java -jar vigia-agent.jar} start, and the little that both the
 * agent and instrumented code must see. These classes are on the bootstrap class path: JDK only, no
 * logging framework, as few as possible. Everything else is in {@code io.vigia.agent.extension},
 * inside the agent's own class loader.
 */
@NullMarked
package io.vigia.agent.boot;

import org.jspecify.annotations.NullMarked;
