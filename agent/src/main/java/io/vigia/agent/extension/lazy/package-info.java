/**
 * Instrumentation modules that are loaded when the first class of their library is, instead of all
 * at start. {@link io.vigia.agent.extension.lazy.LazyModules} is read first.
 */
@NullMarked
package io.vigia.agent.extension.lazy;

import org.jspecify.annotations.NullMarked;
