package io.vigia.tests.demo;

import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** Real Redis servers: the first is the primary, the others replicate it. */
public final class Redis implements AutoCloseable {
  private final List<Integer> ports = new ArrayList<>();
  private final List<ChildProcess> processes = new ArrayList<>();

  /** Starts them; returns when the replicas have their copy. */
  public Redis(int servers) {
    Path folder = Folders.temporary("redis");
    try {
      File binary = ExecutableProvider.newJarResourceProvider(folder.toFile()).get();
      for (int i = 0; i < servers; i++) {
        ports.add(Ports.free());
        List<String> command =
            new ArrayList<>(
                List.of(binary.getPath(), "--port", "" + ports.get(i), "--bind", "127.0.0.1"));
        command.addAll(
            List.of("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"));
        if (i > 0) {
          command.addAll(List.of("--replicaof", "127.0.0.1", "" + ports.get(0)));
        }
        processes.add(ChildProcess.command(command).name("redis-" + i).in(folder).start());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 0; i < servers; i++) {
      int port = ports.get(i);
      String ready = i == 0 ? "role:master" : "master_link_status:up";
      processes.get(i).awaitReady(() -> replication(port).contains(ready), Duration.ofSeconds(30));
    }
  }

  /** {@code host:port} of the primary. */
  public String primary() {
    return "127.0.0.1:" + ports.get(0);
  }

  /** {@code host:port} of each replica, with commas between. */
  public String replicas() {
    return String.join(
        ",", ports.subList(1, ports.size()).stream().map(port -> "127.0.0.1:" + port).toList());
  }

  @Override
  public void close() {
    processes.forEach(ChildProcess::close);
  }

  private static String replication(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(2_000);
      socket.getOutputStream().write("INFO replication\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = socket.getInputStream();
      byte[] answer = new byte[4096];
      int length = in.read(answer);
      return length < 0 ? "" : new String(answer, 0, length, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }
}
