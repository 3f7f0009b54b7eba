/** The collector as a process, and its own metrics. */
@NullMarked
package io.vigia.tests.collector;

import org.jspecify.annotations.NullMarked;
