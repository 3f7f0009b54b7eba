package io.vigia.agent.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An HTTP proxy for {@code CONNECT} and for one request in plain text after the other. */
public final class SmallProxy implements AutoCloseable {

  /** First lines of what it was asked. */
  public final List<String> requests = new CopyOnWriteArrayList<>();

  private final ServerSocket server;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();

  private SmallProxy(ServerSocket server) {
    this.server = server;
  }

  /**
   * @param port 0 for a free one
   */
  public static SmallProxy start(int port) throws IOException {
    SmallProxy proxy = new SmallProxy(new ServerSocket(port, 50, InetAddress.getLoopbackAddress()));
    daemon(proxy::accept);
    return proxy;
  }

  public int port() {
    return server.getLocalPort();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = server.accept();
      sockets.add(client);
      daemon(() -> serve(client));
    }
  }

  private void serve(Socket client) throws IOException {
    String head = head(client.getInputStream());
    String[] line = head.substring(0, head.indexOf('\r')).split(" ");
    requests.add(String.join(" ", line));
    boolean tunnel = line[0].equals("CONNECT");
    URI target = URI.create(tunnel ? "https://" + line[1] : line[1]);
    Socket host = new Socket(target.getHost(), target.getPort());
    sockets.add(host);
    if (tunnel) {
      write(client.getOutputStream(), "HTTP/1.1 200 Connected\r\n\r\n");
    } else {
      // one request on each connection: the next one could be for another host
      write(
          host.getOutputStream(),
          head.replace(line[1], target.getPath())
              .replaceFirst("\r\n", "\r\nConnection: close\r\n"));
    }
    daemon(() -> pump(client, host));
    pump(host, client);
  }

  private static String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int c = in.read();
      if (c < 0) {
        throw new IOException("the client has gone");
      }
      head.append((char) c);
    }
    return head.toString();
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private static void pump(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      from.getInputStream().transferTo(to.getOutputStream());
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // one side has gone, or the proxy is closed
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends all connections, too. */
  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
