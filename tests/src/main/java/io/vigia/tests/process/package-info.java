/**
 * Real processes, their ports and folders; none outlives the tests.
 *
 * <p>Read {@link ChildProcess} first.
 */
@NullMarked
package io.vigia.tests.process;

import org.jspecify.annotations.NullMarked;
