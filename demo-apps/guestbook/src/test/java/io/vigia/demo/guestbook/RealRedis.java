package io.vigia.demo.guestbook;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;
import redis.embedded.core.ExecutableProvider;

/** Real Redis servers on free ports: the first is the primary, the others follow it. */
final class RealRedis implements AutoCloseable {
  /** Ends the server when this JVM is gone, however it went: its end of the pipe is then closed. */
  private static final String GUARD = "\"$@\" & read -r _; kill $!; wait";

  private final List<Process> processes = new ArrayList<>();
  private final List<Integer> ports;

  private RealRedis(List<Integer> ports) {
    this.ports = ports;
  }

  static RealRedis start(Path directory, int servers) throws IOException {
    File binary = ExecutableProvider.newJarResourceProvider(directory.toFile()).get();
    RealRedis redis = new RealRedis(IntStream.range(0, servers).mapToObj(i -> freePort()).toList());
    for (int port : redis.ports) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "sh",
                  "-c",
                  GUARD,
                  "guard",
                  binary.getPath(),
                  "--port",
                  "" + port,
                  "--bind",
                  "127.0.0.1"));
      command.addAll(
          List.of("--save", "", "--appendonly", "no", "--repl-diskless-sync-delay", "0"));
      if (port != redis.ports.get(0)) {
        command.addAll(List.of("--replicaof", "127.0.0.1", "" + redis.ports.get(0)));
      }
      ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
      builder
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("redis-" + port + ".log").toFile());
      redis.processes.add(builder.start());
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreException(JedisException.class)
        .until(redis::connected);
    return redis;
  }

  String address(int server) {
    return "127.0.0.1:" + ports.get(server);
  }

  Jedis connect(int server) {
    return new Jedis("127.0.0.1", ports.get(server));
  }

  /** Ends one server and waits until it is gone. */
  void stop(int server) throws IOException {
    Process process = processes.get(server);
    process.getOutputStream().close();
    process.onExit().orTimeout(10, java.util.concurrent.TimeUnit.SECONDS).join();
  }

  @Override
  public void close() throws IOException {
    for (int i = 0; i < processes.size(); i++) {
      stop(i);
    }
  }

  private boolean connected() {
    try (Jedis jedis = connect(0)) {
      // once online, a replica answers reads and counts for WAIT
      return jedis.info("replication").split("state=online", -1).length == ports.size();
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
