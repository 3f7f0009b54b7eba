package io.vigia.agent.programs;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;

/**
 * A Kafka broker of one process, for the clients in {@link Messages}: takes a directory, prints its
 * port, and runs until it is killed. Clients wait until it is up.
 */
public final class Broker {

  public static void main(String[] args) throws Exception {
    int port = free();
    String settings = settings(Path.of(args[0]), port, free()).toString();
    String[] format = {"format", "-t", "MkU3OEVBNTcwNTJENDM2Qg", "-c", settings};
    if (StorageTool.execute(format, System.out) != 0) {
      System.exit(1);
    }
    System.out.println("port " + port);
    Kafka.main(new String[] {settings});
  }

  private static Path settings(Path directory, int port, int controllerPort) throws IOException {
    return Files.writeString(
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
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private Broker() {}
}
