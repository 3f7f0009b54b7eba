package io.vigia.agent.it;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A Kafka broker of one process, without an agent, on free loopback ports. */
final class Broker implements AutoCloseable {

  private final Jvm server;
  private final int port;

  private Broker(Jvm server, int port) {
    this.server = server;
    this.port = port;
  }

  static Broker start(Path directory) throws Exception {
    int port;
    int controllerPort;
    try (ServerSocket one = new ServerSocket(0);
        ServerSocket two = new ServerSocket(0)) {
      port = one.getLocalPort();
      controllerPort = two.getLocalPort();
    }
    Path settings =
        Files.writeString(
            directory.resolve("server.properties"),
            """
            process.roles=broker,controller
            node.id=1
            controller.quorum.voters=1@127.0.0.1:%2$d
            listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
            advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
            controller.listener.names=CONTROLLER
            listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
            log.dirs=%3$s
            """
                .formatted(port, controllerPort, directory.resolve("log")));
    try (Jvm format =
        jvm(
            "kafka.tools.StorageTool",
            "format",
            "-t",
            "MkU3OEVBNTcwNTJENDM2Qg",
            "-c",
            settings + "")) {
      if (format.exitCode(java.time.Duration.ofSeconds(60)) != 0) {
        throw new IOException(format.output());
      }
    }
    return new Broker(jvm("kafka.Kafka", settings.toString()), port);
  }

  private static Jvm jvm(String... mainAndArguments) throws IOException {
    List<String> launch = new ArrayList<>(List.of("-cp", System.getProperty("java.class.path")));
    launch.addAll(List.of(mainAndArguments));
    return Jvm.launching(launch).withoutAgent().start();
  }

  /** The clients wait until it is up. */
  String address() {
    return "127.0.0.1:" + port;
  }

  @Override
  public void close() {
    server.close();
  }
}
