package io.vigia.agent.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vigia.agent.programs.Hello;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Point 9: which ports a service opens because of the agent. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class ListeningIT {

  @Test
  void nothingListensUnlessAskedFor() throws Exception {
    int metricsPort = freePort();
    try (Receiver receiver = Receiver.start();
        Jvm unasked = hello(receiver).start();
        Jvm asked =
            hello(receiver).environment("VIGIA_PROMETHEUS", "127.0.0.1:" + metricsPort).start()) {
      for (Jvm jvm : new Jvm[] {unasked, asked}) {
        jvm.awaitUnlessEnded(() -> jvm.output().contains(": service "));
      }
      assertThat(listening(unasked)).isEmpty();
      assertThat(listening(asked)).containsExactly(metricsPort);
      unasked.endWell();
      asked.endWell();
    }
  }

  private static Jvm.Builder hello(Receiver receiver) {
    return Jvm.of(Hello.class).sendingTo(receiver).argument("told");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Ports of the process's TCP sockets in the state LISTEN; proc(5), proc_pid_net(5). */
  private static Set<Integer> listening(Jvm jvm) throws IOException {
    Path process = Path.of("/proc", Long.toString(jvm.process().pid()));
    Set<String> inodes = new HashSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        try {
          String target = Files.readSymbolicLink(file).toString();
          if (target.startsWith("socket:[")) {
            inodes.add(target.replaceAll("\\D", ""));
          }
        } catch (NoSuchFileException closed) {
          continue;
        }
      }
    }
    assertThat(inodes).as("sockets, at least that of the connection to the receiver").isNotEmpty();
    Set<Integer> ports = new TreeSet<>();
    for (String table : new String[] {"net/tcp", "net/tcp6"}) {
      Path file = process.resolve(table);
      for (String line : Files.exists(file) ? Files.readAllLines(file) : Set.<String>of()) {
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
        String[] fields = line.trim().split("\\s+");
        if (fields[3].equals("0A") && inodes.contains(fields[9])) {
          ports.add(Integer.parseInt(fields[1].replaceAll(".*:", ""), 16));
        }
      }
    }
    return ports;
  }
}
