package io.vigia.tests.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.client.Http;
import io.vigia.tests.collector.CollectorProcess;
import io.vigia.tests.process.ChildProcess;
import io.vigia.tests.process.Folders;
import io.vigia.tests.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The two demo applications under the agent, with no setting of the agent's but where the collector
 * is (it is not on the default ports here), and Redis.
 */
public final class DemoServices implements AutoCloseable {
  private final Path root = Folders.projectRoot();
  private final Path folder = Folders.temporary("services");
  private final int guestbookPort = Ports.free();
  private final int classifierPort = Ports.free();
  private final Redis redis;
  private final ChildProcess classifier;
  private final ChildProcess guestbook;

  /** Starts them; returns when both answer. */
  public DemoServices(CollectorProcess collector) {
    this(
        Folders.projectRoot().resolve("agent/target/vigia-agent.jar"),
        Map.of(
            "VIGIA_COLLECTOR",
            collector.otlpHttpUrl(),
            "VIGIA_FORWARD",
            "127.0.0.1:" + collector.forwardPort()));
  }

  /**
   * The same under any agent.
   *
   * @param agent its jar
   * @param settings its environment
   */
  public DemoServices(Path agent, Map<String, String> settings) {
    redis = new Redis(3);
    classifier =
        underAgent("demo-apps/classifier/target/classifier.jar", "classifier", agent, settings)
            .environment("CLASSIFIER_PORT", Integer.toString(classifierPort))
            .start();
    guestbook =
        underAgent("demo-apps/guestbook/target/guestbook.jar", "guestbook", agent, settings)
            .environment("SERVER_PORT", Integer.toString(guestbookPort))
            .environment("REDIS_PRIMARY", redis.primary())
            .environment("REDIS_REPLICAS", redis.replicas())
            .environment("CLASSIFIER_URL", classifierUrl())
            .start();
    Duration limit = Duration.ofSeconds(120);
    // a connection and not a request, which would be counted
    classifier.awaitReady(() -> listens(classifierPort), limit);
    guestbook.awaitReady(() -> listens(guestbookPort), limit);
  }

  public String guestbookUrl() {
    return "http://127.0.0.1:" + guestbookPort;
  }

  public String classifierUrl() {
    return "http://127.0.0.1:" + classifierPort + "/predict";
  }

  public ChildProcess guestbook() {
    return guestbook;
  }

  public ChildProcess classifier() {
    return classifier;
  }

  /** Begins the load; {@link Load#await} has its summary. */
  public Load load(int visitsPerSecond, int seconds, long seed) {
    Path summary = folder.resolve("load-" + seed + ".json");
    ChildProcess process =
        ChildProcess.command(
                java(),
                "-jar",
                root.resolve("demo-apps/load/target/load.jar").toString(),
                "--guestbook=" + guestbookUrl(),
                "--classifier=" + classifierUrl(),
                "--rate=" + visitsPerSecond,
                "--seconds=" + seconds,
                "--day=0",
                "--seed=" + seed,
                "--json=" + summary)
            .name("load-" + seed)
            .in(folder)
            .start();
    return new Load(process, summary, Duration.ofSeconds(seconds + 90L));
  }

  /** SIGTERM to both, so that they hand over what they still have; returns when they are gone. */
  public void stop() {
    guestbook.terminate(Duration.ofSeconds(60));
    classifier.terminate(Duration.ofSeconds(60));
  }

  @Override
  public void close() {
    guestbook.close();
    classifier.close();
    redis.close();
  }

  /** A run of the load. */
  public record Load(ChildProcess process, Path summary, Duration limit) {
    /** Waits for its end; its {@code --json} summary. */
    public JsonNode await() {
      try (process) {
        int code = process.awaitExit(limit);
        if (code != 0) {
          throw new IllegalStateException("load exited with " + code + "\n" + process.tail());
        }
        return Http.JSON.readTree(Files.readString(summary));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private ChildProcess.Builder underAgent(
      String jar, String name, Path agent, Map<String, String> settings) {
    for (Path needed : List.of(root.resolve(jar), agent)) {
      if (!Files.exists(needed)) {
        throw new IllegalStateException(needed + " is missing: run ./mvnw package");
      }
    }
    ChildProcess.Builder builder =
        ChildProcess.command(
                java(), "-Xmx256m", "-javaagent:" + agent, "-jar", root.resolve(jar).toString())
            .name(name)
            .in(folder)
            // what earlier services of this machine left is not for this collector
            .environment("VIGIA_SPILL_DIR", folder.resolve("spill").toString())
            .output(folder.resolve(name + ".log"));
    settings.forEach(builder::environment);
    return builder;
  }

  private static boolean listens(int port) {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }
}
