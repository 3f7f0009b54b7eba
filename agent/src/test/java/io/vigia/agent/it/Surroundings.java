package io.vigia.agent.it;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** What can be wrong around a service: the collector, the disk, the JVM's options. */
enum Surroundings {
  COLLECTOR_ABSENT {
    @Override
    Broken set(Path directory) {
      return new Broken("connection refused", collector(1));
    }
  },
  COLLECTOR_HANGING {
    @Override
    Broken set(Path directory) throws IOException {
      ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      return new Broken("[vigia]", collector(silent.getLocalPort()), silent);
    }
  },
  COLLECTOR_OVERLOADED_429 {
    @Override
    Broken set(Path directory) throws IOException {
      return answering(429, "");
    }
  },
  COLLECTOR_UNAVAILABLE_503 {
    @Override
    Broken set(Path directory) throws IOException {
      return answering(503, "");
    }
  },
  COLLECTOR_ANSWERING_A_WEB_PAGE {
    @Override
    Broken set(Path directory) throws IOException {
      return answering(200, "<html>" + "welcome ".repeat(10_000) + "</html>");
    }
  },
  COLLECTOR_ANSWERING_GARBAGE {
    @Override
    Broken set(Path directory) throws IOException {
      ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      Thread answers = new Thread(() -> garbage(server), "garbage");
      answers.setDaemon(true);
      answers.start();
      return new Broken("[vigia]", collector(server.getLocalPort()), server);
    }
  },
  TEMPORARY_DIRECTORY_UNWRITABLE {
    @Override
    Broken set(Path directory) {
      return new Broken(
          UNWRITABLE,
          jvm ->
              collector(1)
                  .apply(jvm)
                  .option("-Djava.io.tmpdir=/proc/nothing")
                  .spillingTo(Path.of("/proc/nothing/spill")));
    }
  },
  ROOT_READ_ONLY {
    @Override
    Broken set(Path directory) throws IOException, InterruptedException {
      return mounted("mount -o remount,bind,ro /", Path.of("/vigia-spill"));
    }
  },
  DISK_FULL {
    @Override
    Broken set(Path directory) throws IOException, InterruptedException {
      Path disk = Files.createDirectories(directory.resolve("disk"));
      return mounted("mount -t tmpfs -o size=8k tmpfs " + disk, disk.resolve("spill"));
    }
  },
  SECURITY_MANAGER {
    @Override
    Broken set(Path directory) throws IOException {
      return secured(
          "the agent did not start, the application runs without it", policy(directory, OWN_CODE));
    }
  },
  SECURITY_MANAGER_THAT_TRUSTS_THE_AGENT {
    @Override
    Broken set(Path directory) throws IOException {
      return secured("connection refused", policy(directory, OWN_CODE, Jvm.AGENT.toString()));
    }
  },
  SAME_AGENT_TWICE {
    @Override
    Broken set(Path directory) {
      return new Broken(
          "given twice", jvm -> collector(1).apply(jvm).option("-javaagent:" + Jvm.AGENT));
    }
  },
  UPSTREAM_AGENT_TOO {
    @Override
    Broken set(Path directory) {
      return new Broken(
          "another OpenTelemetry agent",
          jvm ->
              collector(1)
                  .apply(jvm)
                  .option("-javaagent:" + Jvm.upstreamAgent())
                  .environment("OTEL_TRACES_EXPORTER", "none")
                  .environment("OTEL_METRICS_EXPORTER", "none")
                  .environment("OTEL_LOGS_EXPORTER", "none"));
    }
  };

  private static final String UNWRITABLE = "cannot be written to disk";

  private static final String OWN_CODE =
      Path.of("target/test-classes/-").toAbsolutePath()
          + File.pathSeparator
          + Jvm.classPath("simpleclient");

  abstract Broken set(Path directory) throws IOException, InterruptedException;

  /** Ended when the process has ended. */
  static final class Broken implements AutoCloseable {
    private final String isSaid;
    private final UnaryOperator<Jvm.Builder> around;
    private final AutoCloseable[] servers;

    Broken(String isSaid, UnaryOperator<Jvm.Builder> around, AutoCloseable... servers) {
      this.isSaid = isSaid;
      this.around = around;
      this.servers = servers;
    }

    /** A part of what stderr says. */
    String isSaid() {
      return isSaid;
    }

    Jvm.Builder around(Jvm.Builder jvm) {
      return around.apply(jvm);
    }

    @Override
    public void close() throws Exception {
      for (AutoCloseable server : servers) {
        server.close();
      }
    }
  }

  private static Broken secured(String isSaid, Path policy) {
    return new Broken(
        isSaid,
        jvm ->
            collector(1)
                .apply(jvm)
                .option("-Djava.security.manager")
                .option("-Djava.security.policy==" + policy));
  }

  /** A policy by which this code may do everything, and nobody else may do anything. */
  static Path policy(Path directory, String... classPaths) throws IOException {
    StringBuilder grants = new StringBuilder();
    for (String code : String.join(File.pathSeparator, classPaths).split(File.pathSeparator)) {
      grants
          .append("grant codeBase \"file:")
          .append(code)
          .append("\" { permission java.security.AllPermission; };\n");
    }
    return Files.writeString(directory.resolve("policy"), grants);
  }

  private static UnaryOperator<Jvm.Builder> collector(int port) {
    return jvm ->
        jvm.environment("VIGIA_COLLECTOR", "127.0.0.1:" + port)
            .environment("VIGIA_FORWARD", "127.0.0.1:" + port);
  }

  private static Broken answering(int status, String body) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
          }
        });
    server.start();
    return new Broken("[vigia]", collector(server.getAddress().getPort()), () -> server.stop(0));
  }

  private static void garbage(ServerSocket server) {
    byte[] garbage = new byte[1 << 16];
    java.util.Arrays.fill(garbage, (byte) 0xC1);
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        socket.getOutputStream().write(garbage);
      } catch (IOException e) {
        continue; // closed by one side or the other
      }
    }
  }

  /** In a mount name space of its own, which ends with the process. */
  private static Broken mounted(String mount, Path spill) throws IOException, InterruptedException {
    List<String> under = List.of("unshare", "--mount", "sh", "-c", mount + " && exec \"$@\"", "sh");
    List<String> probe = new ArrayList<>(under);
    probe.add("true");
    int code;
    try {
      code =
          new ProcessBuilder(probe)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
    } catch (IOException e) {
      code = -1; // there is no such command
    }
    assumeTrue(code == 0, "needs the right to mount: root, and unshare");
    return new Broken(UNWRITABLE, jvm -> collector(1).apply(jvm).under(under).spillingTo(spill));
  }
}
