/**
 * The Fluentd forward protocol, versions 1 and 1.5: MessagePack straight to OTLP log bytes. The
 * mapping is in {@code collector/docs/forward.md}. Sources: fluent/fluentd wiki, "Forward Protocol
 * Specification v1" and "v1.5"; msgpack/msgpack, spec.md.
 *
 * <p>{@link io.vigia.collector.receive.forward.ForwardReceiver} listens; a {@link
 * io.vigia.collector.receive.forward.ForwardConnection} finds whole messages with a {@link
 * io.vigia.collector.receive.forward.MsgPackScanner} and gives them to a {@link
 * io.vigia.collector.receive.forward.ForwardTranscoder}.
 */
@NullMarked
package io.vigia.collector.receive.forward;

import org.jspecify.annotations.NullMarked;
