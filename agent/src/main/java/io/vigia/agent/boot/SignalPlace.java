package io.vigia.agent.boot;

import java.net.URI;
import java.util.stream.Stream;

/**
 * Where one signal goes by OTLP when that is not the collector's address, or by another protocol.
 * Immutable.
 */
final class SignalPlace {

  private final String signal;
  private final boolean grpc;
  private final String url;
  private final String inWords;

  private SignalPlace(String signal, boolean grpc, String url, String inWords) {
    this.signal = signal;
    this.grpc = grpc;
    this.url = url;
    this.inWords = inWords;
  }

  /** The user's own endpoint of this signal. */
  static SignalPlace own(String signal, boolean grpc, String endpoint) {
    // a URL may carry a password
    String shown = endpoint.replaceFirst("//[^/]*@", "//").replaceFirst("[?#].*", "");
    return new SignalPlace(signal, grpc, endpoint, "OTLP to " + shown);
  }

  /** The collector's port for the protocol that the user set for this signal. */
  static SignalPlace byProtocol(String signal, boolean grpc, URI to) {
    String url = grpc ? to.toString() : to + "/v1/" + signal;
    return new SignalPlace(signal, grpc, url, (grpc ? "OTLP/gRPC to " : "OTLP/HTTP to ") + to);
  }

  /** As {@code otel.exporter.otlp.<signal>.endpoint} has it. */
  String url() {
    return url;
  }

  /** {@code OTLP/gRPC to http://localhost:4317}. */
  String inWords() {
    return inWords;
  }

  /** Whether it is the collector's by either protocol. */
  boolean isOf(CollectorAddress collector) {
    try {
      URI there = URI.create(url);
      String host = String.valueOf(UrlHost.of(there));
      int port = UrlHost.port(there);
      return Stream.of(collector.otlp(), collector.otherOtlp())
          .anyMatch(
              known -> host.equals(CollectorAddress.hostOf(known)) && port == UrlHost.port(known));
    } catch (IllegalArgumentException e) {
      return false; // the SDK says so
    }
  }

  /** Begins to ask who is there. */
  Probe ask() {
    return Probe.start(() -> Reachability.at(URI.create(url), grpc, signal));
  }
}
