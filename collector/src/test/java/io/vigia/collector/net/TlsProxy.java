package io.vigia.collector.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** The JDK's TLS in front of a plain port on this machine. */
public final class TlsProxy implements AutoCloseable {
  private final ServerSocket server;
  private final int targetPort;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<Socket> open = new CopyOnWriteArrayList<>();

  /**
   * @param clients whose certificates are asked for, or null
   */
  public TlsProxy(TestCertificate own, @Nullable TestCertificate clients, int targetPort)
      throws Exception {
    this(own, clients == null ? List.of() : List.of(clients), targetPort);
  }

  /**
   * @param clients whose certificates are asked for; nobody's if empty
   */
  public TlsProxy(TestCertificate own, List<TestCertificate> clients, int targetPort)
      throws Exception {
    this.targetPort = targetPort;
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(own.store(), TestCertificate.PASSWORD);
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (TestCertificate each : clients.isEmpty() ? List.of(own) : clients) {
      trusted.setCertificateEntry(each.certificate().toString(), each.store().getCertificate("a"));
    }
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    SSLServerSocket socket =
        (SSLServerSocket)
            context
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setApplicationProtocols(new String[] {"h2", "http/1.1"});
    parameters.setNeedClientAuth(!clients.isEmpty());
    socket.setSSLParameters(parameters);
    server = socket;
    start(this::accept);
  }

  public String url(String host) {
    return "https://" + host + ":" + server.getLocalPort();
  }

  /** The names in the client certificates of the connections that are open. */
  public List<String> openClients() {
    List<String> names = new ArrayList<>();
    for (Socket socket : open) {
      try {
        names.add(((SSLSocket) socket).getSession().getPeerPrincipal().getName());
      } catch (SSLPeerUnverifiedException e) {
        // closed just now
      }
    }
    return names;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket outside = server.accept();
        Socket inside = new Socket(InetAddress.getLoopbackAddress(), targetPort);
        sockets.add(outside);
        sockets.add(inside);
        open.add(outside);
        start(
            () -> {
              pump(outside, inside);
              open.remove(outside);
            });
        start(() -> pump(inside, outside));
      } catch (IOException e) {
        return;
      }
    }
  }

  private static void pump(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int count = in.read(bytes); count >= 0; count = in.read(bytes)) {
        out.write(bytes, 0, count);
        out.flush();
      }
    } catch (IOException e) {
      // either end went away
    }
  }

  private static void start(Runnable runnable) {
    Thread thread = new Thread(runnable, "tls-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
