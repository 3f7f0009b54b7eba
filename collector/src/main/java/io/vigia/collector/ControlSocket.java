package io.vigia.collector;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.core.Component;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How {@code vigia cursor …} and {@code vigia deadletters …} speak to a running collector: a Unix
 * domain socket beside the logs, for its owner only. One request and one answer a connection, a
 * line of JSON each. A path that is too long for a socket is said once; the commands then need the
 * collector stopped.
 */
final class ControlSocket implements Component {
  private static final Logger log = LoggerFactory.getLogger(ControlSocket.class);
  private static final int MAX_LINE_CHARS = 16 << 20;
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** Some hundred classes that a start need not load: made when somebody asks. */
  private static final class Json {
    static final ObjectMapper MAPPER = new ObjectMapper();
  }

  private final Path folder;
  private final Path path;
  private final AdminRequest.Target target;
  private final ThreadFactory clients;
  private @Nullable ServerSocketChannel server;

  ControlSocket(Path state, AdminRequest.Target target) {
    this(state, target, client -> new Thread(client, "vigia-control-client"));
  }

  /**
   * @param clients makes the threads of those who ask
   */
  ControlSocket(Path state, AdminRequest.Target target, ThreadFactory clients) {
    this.clients = clients;
    this.folder = folder(state);
    this.path = path(state);
    this.target = target;
  }

  private static Path folder(Path state) {
    return state.resolve("control");
  }

  private static Path path(Path state) {
    return folder(state).resolve("socket");
  }

  @Override
  public void start() throws IOException {
    try {
      makePrivateFolder();
      Files.deleteIfExists(path); // the log's lock says that nobody else is here
      ServerSocketChannel opened = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server = opened;
      opened.bind(UnixDomainSocketAddress.of(path));
      Thread thread = new Thread(() -> serve(opened), "vigia-control");
      thread.setDaemon(true);
      thread.start();
    } catch (IOException | UnsupportedOperationException e) {
      close();
      log.warn("{}: no commands while this runs ({})", path, e.getMessage());
    }
  }

  /** The folder keeps others out from the first moment on; a socket's own mode comes too late. */
  private void makePrivateFolder() throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder);
    }
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
  }

  private void serve(ServerSocketChannel opened) {
    while (opened.isOpen()) {
      try {
        begin(opened.accept());
      } catch (IOException | RuntimeException | OutOfMemoryError e) {
        // no file handles or threads for now: there may be some in a while
        LockSupport.parkNanos(RETRY_NANOS);
        if (opened.isOpen()) {
          log.debug("control socket", e);
        }
      }
    }
  }

  /** On a thread of its own: one that asks nothing must not keep the next one waiting. */
  private void begin(SocketChannel client) throws IOException {
    try {
      Thread thread = clients.newThread(() -> serve(client));
      thread.setDaemon(true);
      thread.start();
    } catch (RuntimeException | Error e) {
      client.close(); // else who asks would wait for ever
      throw e;
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      String line = read(client);
      AdminAnswer answer;
      synchronized (this) {
        answer = answer(line);
      }
      write(client, answer);
    } catch (IOException | RuntimeException e) {
      log.debug("control socket", e);
    }
  }

  private AdminAnswer answer(String line) {
    try {
      return Json.MAPPER.readValue(line, AdminRequest.class).run(target);
    } catch (IOException | RuntimeException | Error e) { // also memory: who asked is to know
      boolean asked = e instanceof IllegalArgumentException;
      return AdminAnswer.error(String.valueOf(e.getMessage()), asked);
    }
  }

  /**
   * Asks the collector that uses the directory.
   *
   * @return null when there is none
   */
  static @Nullable AdminAnswer ask(Path state, AdminRequest request) throws IOException {
    if (!Files.exists(path(state))) {
      return null;
    }
    SocketChannel channel;
    try {
      channel = SocketChannel.open(UnixDomainSocketAddress.of(path(state)));
    } catch (IOException e) {
      return null; // left behind by one that was killed
    }
    try (channel) {
      write(channel, request);
      channel.shutdownOutput();
      String line = read(channel);
      if (line.isEmpty()) {
        throw new IOException(
            "the collector ended before it answered; what became of the command is not known:"
                + " list, and ask again if need be");
      }
      return Json.MAPPER.readValue(line, AdminAnswer.class);
    }
  }

  private static String read(SocketChannel channel) throws IOException {
    InputStream in = Channels.newInputStream(channel);
    BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
    StringBuilder line = new StringBuilder();
    for (int c = reader.read(); c >= 0 && c != '\n'; c = reader.read()) {
      if (line.length() > MAX_LINE_CHARS) {
        throw new IOException("a line is too long");
      }
      line.append((char) c);
    }
    return line.toString();
  }

  private static void write(SocketChannel channel, Object value) throws IOException {
    OutputStream out = Channels.newOutputStream(channel);
    out.write((Json.MAPPER.writeValueAsString(value) + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  @Override
  public void close() {
    ServerSocketChannel open = server;
    server = null;
    try {
      if (open != null) {
        open.close();
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      log.debug("control socket", e);
    }
  }
}
