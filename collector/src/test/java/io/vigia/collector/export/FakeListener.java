package io.vigia.collector.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A plain socket on the loopback; each connection is served by a thread of its own. */
public final class FakeListener implements AutoCloseable {
  /** Talks to one client until it hangs up. */
  @FunctionalInterface
  public interface Service {
    void serve(Socket socket) throws Exception;
  }

  private final String name;
  private final Service service;
  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Thread accepting;

  public FakeListener(String name, Service service) {
    this.name = name;
    this.service = service;
    try {
      server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    accepting = start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        start(() -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      service.serve(socket);
    } catch (Exception e) {
      // the client hung up, or sent what nobody understands: seen by what is missing
    }
  }

  private Thread start(Runnable runnable) {
    Thread thread = new Thread(runnable, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /**
   * When it returns, the port refuses. The kernel listens on for as long as a thread waits in
   * accept, also after the socket was closed: on a busy machine it took one client more.
   */
  @Override
  public void close() {
    try {
      server.close();
      accepting.join();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
