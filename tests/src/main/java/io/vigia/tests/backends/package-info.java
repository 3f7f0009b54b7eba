/**
 * The real servers: where they are found, how they are run.
 *
 * <p>Read {@link BackendServer} and {@link Backend}.
 */
@NullMarked
package io.vigia.tests.backends;

import org.jspecify.annotations.NullMarked;
