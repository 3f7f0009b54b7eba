package io.vigia.collector.core;

import java.util.Map;

/**
 * What is known about a batch only at the moment it arrives. Stored beside the untouched OTLP
 * bytes.
 *
 * @param receiveTimeUnixNanos when the batch was received, nanoseconds since the Unix epoch
 * @param receiver which receiver took it, e.g. {@code otlp/grpc}, {@code otlp/http}, {@code
 *     forward}
 * @param peer the sender's address ({@code 10.0.0.7:51234}), or an empty string when there is none
 * @param attributes resource attributes known at intake (such as the pod's identity); exporters
 *     merge them into the resource when they write, the resource's own value wins
 */
public record Envelope(
    long receiveTimeUnixNanos, String receiver, String peer, Map<String, String> attributes) {
  public Envelope {
    attributes = Map.copyOf(attributes);
  }

  /** An envelope stamped with the current time and without attributes. */
  public static Envelope now(String receiver, String peer) {
    return new Envelope(UnixTime.nowNanos(), receiver, peer, Map.of());
  }
}
