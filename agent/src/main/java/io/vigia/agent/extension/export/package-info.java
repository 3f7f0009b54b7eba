/**
 * Getting payloads to the collector without ever being in the application's way: one HTTP client
 * without threads of its own, upstream's sender for gRPC, a spool on disk for what cannot be sent,
 * a bounded exit.
 *
 * <p>{@link io.vigia.agent.extension.export.Outbox} is read first.
 */
@NullMarked
package io.vigia.agent.extension.export;

import org.jspecify.annotations.NullMarked;
