package io.vigia.collector.config;

import java.net.InetSocketAddress;

/**
 * An address to listen on, and where it was written, so that "port in use" can name the line.
 *
 * @param address resolved; port 0 lets the system choose
 */
public record Listen(InetSocketAddress address, Where where) {}
