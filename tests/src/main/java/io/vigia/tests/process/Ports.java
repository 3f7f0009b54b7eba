package io.vigia.tests.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports that stay free while a server is restarted on them. Thread-safe. */
public final class Ports {
  private static final Set<Integer> TAKEN = new HashSet<>();

  private Ports() {}

  /**
   * A port nobody listens on. Below 32768, where Linux takes the ports of outgoing connections
   * from: otherwise a stopped server's port could be somebody's connection when it comes back.
   */
  public static synchronized int free() {
    for (int attempt = 0; attempt < 1000; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(15_000, 32_000);
      if (!TAKEN.contains(port) && canListen(port)) {
        TAKEN.add(port);
        return port;
      }
    }
    throw new IllegalStateException("no free port");
  }

  /** Whether somebody takes connections on that port of the loopback address. */
  public static boolean isOpen(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean canListen(int port) {
    try (ServerSocket any = new ServerSocket(port);
        ServerSocket loopback = loopbackOnly(any)) {
      return any.isBound() && !loopback.isClosed();
    } catch (IOException e) {
      return false;
    }
  }

  private static ServerSocket loopbackOnly(ServerSocket any) throws IOException {
    any.close();
    return new ServerSocket(any.getLocalPort(), 1, InetAddress.getLoopbackAddress());
  }
}
