package io.vigia.collector.receive;

import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.net.ServerTls;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a listening port is told.
 *
 * @param name the setting's dotted path, for messages
 * @param receiver for the metrics
 * @param maxConnections more are closed at once, counted as {@code too_many_connections}
 * @param idleTimeoutMillis a connection that was silent for so long is closed politely; 0 = never
 * @param budget whose stalled requests are given up
 * @param tls null = in the clear
 */
public record ListenerOptions(
    String name,
    InetSocketAddress address,
    String receiver,
    int maxConnections,
    long idleTimeoutMillis,
    IntakeBudget budget,
    CollectorMetrics metrics,
    @Nullable ServerTls tls) {}
