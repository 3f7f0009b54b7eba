package io.vigia.agent.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** A port at which nobody's connection is ever made. */
final class FullBacklog implements AutoCloseable {

  private final ServerSocket silent;
  private final List<Socket> fillers = new ArrayList<>();

  private FullBacklog(ServerSocket silent) {
    this.silent = silent;
  }

  static FullBacklog open() throws IOException {
    FullBacklog full = new FullBacklog(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    for (int i = 0; i < 3; i++) {
      Socket filler = new Socket();
      full.fillers.add(filler);
      try {
        filler.connect(full.silent.getLocalSocketAddress(), 100);
      } catch (SocketTimeoutException e) {
        break;
      }
    }
    return full;
  }

  int port() {
    return silent.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket filler : fillers) {
      filler.close();
    }
    silent.close();
  }
}
