/** Whose trace a request belongs to, and whether it is recorded. */
@NullMarked
package io.vigia.agent.extension.traces;

import org.jspecify.annotations.NullMarked;
