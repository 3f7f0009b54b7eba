/**
 * Clients that others wrote against the real collector; each is skipped, and says so, when it is
 * missing.
 */
@NullMarked
package io.vigia.tests.interop;

import org.jspecify.annotations.NullMarked;
