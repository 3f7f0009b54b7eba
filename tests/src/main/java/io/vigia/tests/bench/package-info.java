/**
 * Benchmarks of the collector's process: {@code tests/run bench}.
 *
 * <p>Read {@link Bench} first.
 */
@NullMarked
package io.vigia.tests.bench;

import org.jspecify.annotations.NullMarked;
