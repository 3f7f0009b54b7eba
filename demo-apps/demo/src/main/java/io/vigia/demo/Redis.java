package io.vigia.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import redis.embedded.core.ExecutableProvider;

/** A Redis primary and two replicas on loopback, in memory only. */
final class Redis {
  private static final int REPLICAS = 2;
  private static final int TIMEOUT_MILLIS = 1_000;

  private final List<Integer> ports;
  private final List<Child> servers;

  private Redis(List<Integer> ports, List<Child> servers) {
    this.ports = ports;
    this.servers = servers;
  }

  static Redis start(Children children, Ports free, Path directory)
      throws IOException, DemoException {
    String binary = binary(directory);
    List<Integer> ports = new ArrayList<>();
    List<Child> servers = new ArrayList<>();
    for (int i = 0; i <= REPLICAS; i++) {
      ports.add(free.any());
      List<String> command =
          new ArrayList<>(List.of(binary, "--port", "" + ports.get(i), "--bind", "127.0.0.1"));
      command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", directory.toString()));
      // pictures expire, entries do not: under pressure old pictures go
      command.addAll(List.of("--maxmemory", "96mb", "--maxmemory-policy", "volatile-lru"));
      command.addAll(List.of("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0"));
      if (i > 0) {
        command.addAll(List.of("--replicaof", "127.0.0.1", "" + ports.get(0)));
      }
      servers.add(children.start(i == 0 ? "redis" : "redis-replica-" + i, command, Map.of()));
    }
    return new Redis(ports, servers);
  }

  String primary() {
    return "127.0.0.1:" + ports.get(0);
  }

  String replicas() {
    return "127.0.0.1:" + ports.get(1) + ",127.0.0.1:" + ports.get(2);
  }

  List<Child> servers() {
    return servers;
  }

  /** Whether the primary answers and both replicas follow it. */
  boolean isReady() {
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), ports.get(0)), TIMEOUT_MILLIS);
      socket.setSoTimeout(TIMEOUT_MILLIS);
      socket
          .getOutputStream()
          .write("INFO replication\r\nQUIT\r\n".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      return answer.split("state=online", -1).length == REPLICAS + 1;
    } catch (IOException e) {
      return false;
    }
  }

  /** The one that comes with us, or the machine's own where that does not run. */
  private static String binary(Path directory) throws IOException, DemoException {
    String why;
    try {
      Path folder = Files.createDirectories(directory.resolve("redis"));
      String bundled = ExecutableProvider.newJarResourceProvider(folder.toFile()).get().getPath();
      if (runs(bundled)) {
        return bundled;
      }
      why = "the redis-server that comes with the demo does not run here";
    } catch (IOException | RuntimeException e) {
      // embedded-redis knows platforms by name and throws for the others
      why = "the demo brings no redis-server for this machine";
    }
    if (runs("redis-server")) {
      return "redis-server";
    }
    throw new DemoException(
        why
            + " and none is on the PATH; install it: apt install redis-server, or brew install redis");
  }

  private static boolean runs(String binary) {
    try {
      Process process =
          new ProcessBuilder(binary, "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
