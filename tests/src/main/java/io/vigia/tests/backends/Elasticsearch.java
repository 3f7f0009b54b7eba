package io.vigia.tests.backends;

import io.vigia.tests.client.Http;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One Elasticsearch node, security off, on loopback. Needs about 10 s to start and 900 MB.
 *
 * <p>It refuses to run as root; when we are root it runs as {@code nobody}.
 */
public final class Elasticsearch extends BackendServer {
  private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

  private final Path program = Backend.ELASTICSEARCH.program();
  private final int port = Ports.free();
  private final int transportPort = Ports.free();
  private final Path folder = Folders.temporary("elasticsearch");
  private Path home = program;
  private boolean prepared;

  /** With a failure store for every data stream; before the first start. */
  public Elasticsearch withFailureStore() {
    home = FailureStorePlugin.install(program, folder.resolve("home"));
    return this;
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  @Override
  protected Duration startLimit() {
    return Duration.ofMinutes(10); // three were too few on two cores shared by thirty processes
  }

  @Override
  protected boolean answers() {
    return Http.answersWith(url() + "/_cluster/health", 200);
  }

  @Override
  protected ChildProcess launch() {
    if (!prepared) {
      prepare();
      prepared = true;
    }
    List<String> command = new ArrayList<>();
    if (ROOT) {
      command.addAll(
          List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"));
    }
    command.add(home.resolve("bin/elasticsearch").toString());
    return ChildProcess.command(command)
        .name("elasticsearch")
        .in(folder)
        .output(folder.resolve("elasticsearch.out"))
        .environment("ES_JAVA_HOME", System.getProperty("java.home"))
        .environment("ES_PATH_CONF", folder.resolve("config").toString())
        .environment("ES_TMPDIR", folder.resolve("tmp").toString())
        .environment("ES_JAVA_OPTS", "-Xms512m -Xmx512m")
        .environment("HOME", folder.toString())
        .start();
  }

  private void prepare() {
    Path config = folder.resolve("config");
    try {
      for (String sub : List.of("config", "data", "logs", "tmp")) {
        Files.createDirectories(folder.resolve(sub));
      }
      for (String file : List.of("jvm.options", "log4j2.properties")) {
        Files.copy(
            home.resolve("config").resolve(file),
            config.resolve(file),
            StandardCopyOption.REPLACE_EXISTING);
      }
      Files.writeString(
          config.resolve("elasticsearch.yml"),
          """
          cluster.name: vigia-tests
          discovery.type: single-node
          xpack.security.enabled: false
          network.host: 127.0.0.1
          http.port: %d
          transport.port: %d
          path.data: %s
          path.logs: %s
          cluster.routing.allocation.disk.threshold_enabled: false
          action.destructive_requires_name: false
          """
              .formatted(port, transportPort, folder.resolve("data"), folder.resolve("logs")));
      if (ROOT) {
        // not Files.setOwner: the files that we make later are ours, these are all it writes to
        int code =
            new ProcessBuilder("chown", "-R", "nobody:nogroup", folder.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
          throw new IOException("chown failed");
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
