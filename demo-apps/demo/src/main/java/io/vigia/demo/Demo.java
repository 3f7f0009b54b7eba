package io.vigia.demo;

import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Starts everything in the order in which it is needed, and knows where it is:
 *
 * <pre>
 * load ──► guestbook (agent) ──► Redis primary, two replicas
 *   │          └──► classifier (agent)
 *   └──► classifier     both agents ──► collector ──► store, page, query API
 * </pre>
 *
 * One thread calls the methods, in the order in which they are written.
 */
final class Demo {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final String[] DRAWN = {
    "dog", "cat", "fish", "bird", "car", "house", "tree", "flower"
  };
  private static final int SAMPLES_OF_EACH = 4;

  private final Jars jars;
  private final Path directory;
  private final Children children;
  private final Progress progress;
  private final Ports free;
  private final Http http = new Http();
  private final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
  private final CollectorPorts collector;
  private final int guestbookPort;
  private final int classifierPort;

  Demo(Jars jars, Path directory, Children children, Progress progress, Ports free)
      throws IOException {
    this.jars = jars;
    this.directory = directory;
    this.children = children;
    this.progress = progress;
    this.free = free;
    collector = CollectorPorts.choose(free);
    guestbookPort = free.usual(3000, "guestbook");
    classifierPort = free.usual(5000, "classifier");
  }

  String pageUrl() {
    return collector.webUrl();
  }

  String guestbookUrl() {
    return "http://127.0.0.1:" + guestbookPort;
  }

  String classifierUrl() {
    return "http://127.0.0.1:" + classifierPort;
  }

  /** Returns when the collector and both services answer. */
  void startServices() throws IOException, DemoException, InterruptedException {
    Redis redis = Redis.start(children, free, directory);
    Child collecting = startCollector();
    progress.await("redis", redis.servers().get(0), LIMIT, redis::isReady);
    progress.await("collector", collecting, LIMIT, () -> http.isOk(collector.webUrl() + "/readyz"));
    Child classifier =
        children.start(
            "classifier",
            service(jars.classifier(), 192, "--port", "" + classifierPort),
            environment(Map.of()));
    Child guestbook =
        children.start(
            "guestbook",
            service(jars.guestbook(), 128, "--port", "" + guestbookPort),
            environment(
                Map.of(
                    "REDIS_PRIMARY", redis.primary(),
                    "REDIS_REPLICAS", redis.replicas(),
                    "CLASSIFIER_URL", classifierUrl() + "/predict")));
    progress.await("classifier", classifier, LIMIT, () -> http.isOk(classifierUrl() + "/healthz"));
    progress.await("guestbook", guestbook, LIMIT, () -> http.isOk(guestbookUrl() + "/healthz"));
  }

  /**
   * Sends visitors until it is stopped.
   *
   * @param rate visits a second, mean
   */
  void startLoad(double rate) throws IOException, DemoException {
    List<String> command = jvm(64);
    command.addAll(List.of("-jar", jars.load().toString(), "--guestbook", guestbookUrl()));
    command.addAll(List.of("--classifier", classifierUrl() + "/predict"));
    command.addAll(List.of("--rate", "" + rate, "--duration", "8760h"));
    Path pictures = directory.resolve("pictures");
    if (fetchPictures(pictures)) {
      command.addAll(List.of("--pictures", pictures.toString()));
    }
    children.start("load", command, Map.of());
  }

  private Child startCollector() throws IOException, DemoException {
    Path config = directory.resolve("collector.yml");
    Files.writeString(config, collector.yaml(directory.resolve("data")));
    List<String> command = jvm(256);
    command.addAll(
        List.of("-jar", jars.collector().toString(), "run", "--config", config.toString()));
    return children.start("collector", command, Map.of());
  }

  private List<String> service(Path jar, int heapMegabytes, String... arguments) {
    List<String> command = jvm(heapMegabytes);
    command.addAll(List.of("-javaagent:" + jars.agent(), "-jar", jar.toString()));
    command.addAll(List.of(arguments));
    return command;
  }

  /** Small and quick to start: the demo is for a laptop that has other things to do. */
  private List<String> jvm(int heapMegabytes) {
    return new ArrayList<>(
        List.of(
            java,
            "-Xmx" + heapMegabytes + "m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto"));
  }

  private Map<String, String> environment(Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>(collector.agentEnvironment());
    environment.putAll(settings);
    return environment;
  }

  /**
   * The classifier draws the pictures it knows; without them the load draws its own, which it does
   * not.
   */
  private boolean fetchPictures(Path pictures) throws IOException {
    Files.createDirectories(pictures);
    int fetched = 0;
    for (String thing : DRAWN) {
      for (int seed = 1; seed <= SAMPLES_OF_EACH; seed++) {
        String name = URLEncoder.encode(thing, StandardCharsets.UTF_8);
        HttpResponse<byte[]> picture =
            http.get(classifierUrl() + "/samples/" + name + ".jpg?size=192&seed=" + seed);
        if (picture.statusCode() != 200) {
          break;
        }
        Files.write(pictures.resolve(thing + "-" + seed + ".jpg"), picture.body());
        fetched++;
      }
    }
    return fetched > 0;
  }
}
