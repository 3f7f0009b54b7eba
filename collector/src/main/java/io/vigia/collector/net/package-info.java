/**
 * Sockets: what servers and clients of the collector share. Everything runs on Netty 4.2; nothing
 * here knows telemetry.
 */
@NullMarked
package io.vigia.collector.net;

import org.jspecify.annotations.NullMarked;
