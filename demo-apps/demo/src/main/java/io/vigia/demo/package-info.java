/**
 * One command that shows everything: Redis, the collector, both demo applications under the agent
 * and a load, started in order, watched, and stopped together. Read {@link io.vigia.demo.Demo}
 * first.
 */
@NullMarked
package io.vigia.demo;

import org.jspecify.annotations.NullMarked;
