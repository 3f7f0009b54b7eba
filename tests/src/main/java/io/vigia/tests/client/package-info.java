/**
 * Independent clients: senders built on the official libraries, and questions to the backends.
 *
 * <p>Nothing here uses the collector's own code.
 */
@NullMarked
package io.vigia.tests.client;

import org.jspecify.annotations.NullMarked;
