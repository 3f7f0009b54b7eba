package io.vigia.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;

/**
 * Gives each server a port: the usual one, or another when somebody has it already, and says so.
 */
final class Ports {
  private static final int CONNECT_TIMEOUT_MILLIS = 200;

  private final PrintStream out;
  private final Set<Integer> given = new HashSet<>();

  Ports(PrintStream out) {
    this.out = out;
  }

  /** The usual port if nobody listens there. */
  int usual(int port, String what) throws IOException {
    if (!given.contains(port) && isFree(port)) {
      given.add(port);
      return port;
    }
    int other = any();
    out.printf("  port %d is in use; the %s takes %d%n", port, what, other);
    return other;
  }

  /** Some free port. */
  int any() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (given.add(socket.getLocalPort())) {
          return socket.getLocalPort();
        }
      }
    }
    throw new IOException("no free port on this machine");
  }

  private static boolean isFree(int port) {
    // macOS lets a second server take the loopback address of a port that is open on all addresses
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), CONNECT_TIMEOUT_MILLIS);
      return false;
    } catch (IOException e) {
      // nobody answers; but somebody may be about to
    }
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
