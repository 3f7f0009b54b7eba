package io.vigia.collector.config;

import io.vigia.collector.core.Signal;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Reads a {@link CollectorConfig} from YAML. */
public final class ConfigLoader {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private final Environment environment;

  /**
   * @param environment gives the value of a variable, or null
   */
  public ConfigLoader(Function<String, @Nullable String> environment) {
    this.environment = new Environment(environment);
  }

  /** The embedded default: every receiver on loopback, the destination {@code local}, the page. */
  public CollectorConfig defaults() throws ConfigException {
    return read(Where.DEFAULTS, null);
  }

  public CollectorConfig load(Path file) throws ConfigException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new ConfigException(file + ": no such file; give the path of a YAML file to --config");
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": not UTF-8; save it as UTF-8");
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read (" + e.getMessage() + ")");
    }
    return parse(file.toString(), text);
  }

  CollectorConfig parse(String name, String text) throws ConfigException {
    try {
      return read(name, new Yaml(new LoaderOptions()).compose(new StringReader(text)));
    } catch (MarkedYAMLException e) {
      Mark mark = e.getProblemMark();
      String place = mark == null ? "" : ":" + (mark.getLine() + 1) + ":" + (mark.getColumn() + 1);
      throw new ConfigException(
          name
              + place
              + ": not YAML: "
              + e.getProblem()
              + "; check quotes, colons and indentation");
    } catch (YAMLException e) {
      throw new ConfigException(name + ": not YAML: " + e.getMessage());
    }
  }

  private CollectorConfig read(String name, @Nullable Node document) throws ConfigException {
    Where top = new Where(name, document == null ? 0 : 1, document == null ? 0 : 1, "");
    Section root = new Section(top, document, environment);
    Path data = root.pathOf("data", root.string("data", "./vigia-data"));
    String instance = instance(root);
    long adoptAfterMillis = root.durationMillis("adoptAfter", 30_000);
    Section receivers = root.section("receivers");
    boolean given = root.has("receivers");
    long receiversMemoryBytes =
        receivers.sizeBytes(
            "memory", Math.min(64 * MIB, Runtime.getRuntime().maxMemory() / 4), "1MiB");
    CollectorConfig.Otlp otlp =
        !given || receivers.has("otlp")
            ? otlp(receivers.section("otlp"), receiversMemoryBytes)
            : null;
    CollectorConfig.Forward forward =
        !given || receivers.has("forward")
            ? forward(receivers.section("forward"), receiversMemoryBytes)
            : null;
    CollectorConfig.Spill spill = receivers.has("spill") ? spill(receivers.section("spill")) : null;
    CollectorConfig.Containers containers =
        receivers.has("containers") ? containers(receivers.section("containers")) : null;
    receivers.finish();
    CollectorConfig.Sampling sampling =
        root.has("sampling") ? sampling(root.section("sampling")) : null;
    List<DestinationConfig> destinations = destinations(root.section("destinations"));
    CollectorConfig.Web web = root.isOff("web") ? null : web(root.section("web"));
    CollectorConfig.Log log = log(root.section("log"));
    long graceMillis = root.durationMillis("grace", 6_000);
    root.finish();
    return new CollectorConfig(
        name,
        data,
        root.at("data"),
        instance,
        adoptAfterMillis,
        otlp,
        forward,
        spill,
        containers,
        receiversMemoryBytes,
        sampling,
        destinations,
        web,
        log,
        graceMillis);
  }

  private static String instance(Section root) throws ConfigException {
    String instance = root.string("instance", CollectorConfig.DEFAULT_INSTANCE);
    if (!instance.matches("[A-Za-z0-9_-][A-Za-z0-9._-]{0,252}")) {
      throw new ConfigException(
          root.at("instance"),
          "the name of an instance is a directory's: letters, digits, '.', '_', '-'; remove the"
              + " line for the usual one, "
              + CollectorConfig.DEFAULT_INSTANCE);
    }
    return instance;
  }

  private static CollectorConfig.Otlp otlp(Section section, long memoryBytes)
      throws ConfigException {
    boolean one = section.has("grpc") || section.has("http");
    Listen grpc = !one || section.has("grpc") ? section.listen("grpc", "127.0.0.1:4317") : null;
    Listen http = !one || section.has("http") ? section.listen("http", "127.0.0.1:4318") : null;
    CollectorConfig.Limits limits = limits(section, memoryBytes, 4 * MIB, 15 * MIB, 30 * 60_000);
    CollectorConfig.Tls tls = tls(section);
    Path tokenFile = section.path("tokenFile", null);
    CollectorConfig.MetricsForm agents = metricsForm(section.section("agents"));
    section.finish();
    return new CollectorConfig.Otlp(grpc, http, agents, limits, tls, tokenFile);
  }

  private static CollectorConfig.MetricsForm metricsForm(Section section) throws ConfigException {
    boolean delta = section.choice("temporality", "cumulative", "delta").equals("delta");
    boolean exponential =
        section.choice("histograms", "explicit", "exponential").equals("exponential");
    section.finish();
    return new CollectorConfig.MetricsForm(delta, exponential);
  }

  private static CollectorConfig.Spill spill(Section section) throws ConfigException {
    Path directory =
        section.pathOf("directory", section.required("directory", "/var/lib/vigia-spill"));
    section.finish();
    return new CollectorConfig.Spill(directory);
  }

  private static CollectorConfig.Containers containers(Section section) throws ConfigException {
    Path directory = section.pathOf("directory", section.string("directory", "/var/log/pods"));
    List<String> exclude = section.words("exclude");
    for (String each : exclude == null ? List.<String>of() : exclude) {
      if (!each.matches("[^/]+(/[^/]+){0,2}")) {
        throw new ConfigException(
            section.at("exclude"),
            "\""
                + each
                + "\" is not namespace, namespace/pod or namespace/pod/container; * stands"
                + " for any text, as in kube-system or */*/istio-proxy");
      }
    }
    boolean joinStackTraces = section.flag("joinStackTraces", true);
    long maxEventBytes = section.sizeBytes("maxEvent", 256 << 10);
    if (maxEventBytes < 1 << 10 || maxEventBytes > 2 * MIB) {
      throw new ConfigException(section.at("maxEvent"), "from 1KiB to 2MiB; the default is 256KiB");
    }
    section.finish();
    return new CollectorConfig.Containers(
        directory, exclude == null ? List.of() : exclude, joinStackTraces, (int) maxEventBytes);
  }

  private static CollectorConfig.Sampling sampling(Section section) throws ConfigException {
    Path file = section.pathOf("file", section.required("file", "sampling.yaml"));
    section.finish();
    return new CollectorConfig.Sampling(file, section.at("file"));
  }

  private static CollectorConfig.Forward forward(Section section, long memoryBytes)
      throws ConfigException {
    Listen listen = section.listen("listen", "127.0.0.1:24224");
    CollectorConfig.Limits limits = limits(section, memoryBytes, 16 * MIB, 64 * MIB, 0);
    CollectorConfig.Tls tls = tls(section);
    CollectorConfig.Handshake handshake = handshake(section);
    section.finish();
    return new CollectorConfig.Forward(listen, limits, tls, handshake);
  }

  private static CollectorConfig.@Nullable Handshake handshake(Section section)
      throws ConfigException {
    Path sharedKey = section.path("sharedKeyFile", null);
    Path users = section.path("usersFile", null);
    String hostname = section.string("hostname", "vigia");
    if (sharedKey == null && users != null) {
      throw new ConfigException(
          section.at("usersFile"),
          "the protocol asks for users only together with a shared key; give sharedKeyFile too");
    }
    return sharedKey == null
        ? null
        : new CollectorConfig.Handshake(sharedKey, users, hostname, section.at("sharedKeyFile"));
  }

  private static CollectorConfig.@Nullable Tls tls(Section section) throws ConfigException {
    if (!section.has("tls")) {
      return null;
    }
    Section tls = section.section("tls");
    Path cert = tls.pathOf("cert", tls.required("cert", "/etc/vigia/tls.crt"));
    Path key = tls.pathOf("key", tls.required("key", "/etc/vigia/tls.key"));
    Path clientCa = tls.path("clientCa", null);
    tls.finish();
    return new CollectorConfig.Tls(cert, key, clientCa, tls.where());
  }

  private static CollectorConfig.Limits limits(
      Section section,
      long memoryBytes,
      long messageBytes,
      long mostMessageBytes,
      long idleTimeoutMillis)
      throws ConfigException {
    long maxMessageBytes =
        section.sizeBytes("maxMessage", Math.min(messageBytes, memoryBytes), "1KiB");
    if (maxMessageBytes > memoryBytes) {
      throw new ConfigException(
          section.at("maxMessage"),
          "more than receivers.memory: the sender of such a message would be told to come again for"
              + " ever; make it smaller, or receivers.memory larger");
    }
    if (maxMessageBytes > mostMessageBytes) {
      throw new ConfigException(
          section.at("maxMessage"), "at most " + mostMessageBytes / MIB + "MiB; make it smaller");
    }
    return new CollectorConfig.Limits(
        (int) section.count("maxConnections", 20_000, 1, 1_000_000),
        (int) maxMessageBytes,
        section.durationMillis("stallTimeout", 10_000, "100ms"),
        section.durationMillis("idleTimeout", idleTimeoutMillis));
  }

  private static CollectorConfig.Web web(Section section) throws ConfigException {
    Listen listen = section.listen("listen", "127.0.0.1:8317");
    CollectorConfig.Tls tls = tls(section);
    section.finish();
    return new CollectorConfig.Web(listen, tls);
  }

  private static CollectorConfig.Log log(Section section) throws ConfigException {
    String word = section.string("durability", "fsync");
    CollectorConfig.Durability durability =
        switch (word) {
          case "fsync" -> CollectorConfig.Durability.FSYNC;
          case "interval" -> CollectorConfig.Durability.INTERVAL;
          case "os" -> CollectorConfig.Durability.OS;
          default ->
              throw new ConfigException(
                  section.at("durability"),
                  "\"" + word + "\" is not fsync, interval or os; fsync is the safe one");
        };
    CollectorConfig.Log log =
        new CollectorConfig.Log(
            durability,
            section.durationMillis("interval", 200, "1ms"),
            section.sizeBytes("segment", 64L << 20, "64KiB"),
            section.sizeBytes("quota", 10 * GIB, "1MiB"),
            section.percent("quotaShare", 80),
            quotas(section.section("quotas")),
            section.sizeBytes("reserve", 16L << 20));
    section.finish();
    return log;
  }

  private static Map<Signal, Long> quotas(Section section) throws ConfigException {
    Map<Signal, Long> quotas = new EnumMap<>(Signal.class);
    for (Signal signal : Signal.values()) {
      if (section.has(signal.id())) {
        quotas.put(signal, section.sizeBytes(signal.id(), 0, "1MiB"));
      }
    }
    section.finish();
    return quotas;
  }

  private static List<DestinationConfig> destinations(Section section) throws ConfigException {
    List<DestinationConfig> destinations = new ArrayList<>();
    for (String name : List.copyOf(section.keys())) {
      if (!name.matches("[A-Za-z0-9][A-Za-z0-9_-]{0,62}")) {
        throw new ConfigException(
            section.at(name), "a destination's name is letters, digits, - and _ (at most 63)");
      }
      DestinationConfig read =
          Destinations.read(name, section.section(name), /* first= */ destinations.isEmpty());
      if (read instanceof DestinationConfig.Local
          && destinations.stream().anyMatch(DestinationConfig.Local.class::isInstance)) {
        throw new ConfigException(
            read.common().where(),
            "there is one embedded store, given before; remove one of the two");
      }
      destinations.add(read);
    }
    if (destinations.isEmpty()) {
      destinations.add(Destinations.read("local", section.section("local"), /* first= */ true));
    }
    return destinations;
  }

  static Signal signal(String word, Where where) throws ConfigException {
    for (Signal signal : Signal.values()) {
      if (signal.id().equals(word)) {
        return signal;
      }
    }
    throw new ConfigException(
        where,
        "unknown signal \""
            + word
            + "\""
            + Nearest.hint(word, List.of("traces", "metrics", "logs")));
  }
}
