package io.vigia.collector.store;

import io.vigia.collector.otlp.AnyValue;
import io.vigia.collector.otlp.Slice;

/**
 * Who is at the other end of an outgoing span, by the attributes of OpenTelemetry's semantic
 * conventions (stable names first, then the ones before 1.23): a database, a messaging system, a
 * named service or just an address.
 */
final class Peer {
  private String database = "";
  private String messaging = "";
  private String destination = "";
  private String service = "";
  private String address = "";
  private long port;
  private long httpStatus;

  void clear() {
    database = messaging = destination = service = address = "";
    port = httpStatus = 0;
  }

  void see(Slice key, AnyValue value) {
    switch (key.length()) {
      case 9 -> {
        if (key.contentEquals("db.system")) {
          database = database.isEmpty() ? text(value) : database;
        }
      }
      case 11 -> {
        if (key.contentEquals("server.port")) {
          port = value.intValue();
        }
      }
      case 12 -> {
        if (key.contentEquals("peer.service")) {
          service = text(value);
        }
      }
      case 13 -> {
        if (key.contentEquals("net.peer.name") && address.isEmpty()) {
          address = text(value);
        } else if (key.contentEquals("net.peer.port") && port == 0) {
          port = value.intValue();
        }
      }
      case 14 -> {
        if (key.contentEquals("db.system.name")) {
          database = text(value);
        } else if (key.contentEquals("server.address")) {
          address = text(value);
        }
      }
      case 16 -> {
        if (key.contentEquals("messaging.system")) {
          messaging = text(value);
        } else if (key.contentEquals("http.status_code") && httpStatus == 0) {
          httpStatus = value.intValue();
        }
      }
      case 26 -> {
        if (key.contentEquals("messaging.destination.name")) {
          destination = text(value);
        }
      }
      case 25 -> {
        if (key.contentEquals("http.response.status_code")) {
          httpStatus = value.intValue();
        }
      }
      default -> {}
    }
  }

  private static String text(AnyValue value) {
    return value.kind() == AnyValue.Kind.STRING ? value.bytes().toString() : "";
  }

  /** What to call it; empty when nothing is known. */
  String name() {
    if (!service.isEmpty()) {
      return service;
    }
    if (!database.isEmpty()) {
      return database;
    }
    if (!messaging.isEmpty()) {
      return destination.isEmpty() ? messaging : messaging + " " + destination;
    }
    return address.isEmpty() || port <= 0 ? address : address + ":" + port;
  }

  /** {@code database}, {@code messaging}, {@code service}, or empty. */
  String kind() {
    if (!database.isEmpty()) {
      return "database";
    }
    if (!messaging.isEmpty()) {
      return "messaging";
    }
    return name().isEmpty() ? "" : "service";
  }

  /** The response's status code, or 0. Also set on incoming spans. */
  int httpStatus() {
    return httpStatus > 0 && httpStatus < 1000 ? (int) httpStatus : 0;
  }
}
