package io.vigia.collector.config;

import io.vigia.collector.core.Signal;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads one entry under {@code destinations}; the type defaults to the entry's name. */
final class Destinations {
  private static final List<String> TYPES =
      List.of(
          "local", "elasticsearch", "jaeger", "otlp", "prometheus", "forward", "file", "stdout");
  private static final String API_V2 = "api_v2";
  private static final long HOUR_MILLIS = 3_600_000;

  private Destinations() {}

  static DestinationConfig read(String name, Section section, boolean first)
      throws ConfigException {
    String type = section.string("type", name);
    DestinationConfig destination =
        switch (type) {
          case "local" -> local(common(name, section, first, EnumSet.allOf(Signal.class)), section);
          case "elasticsearch" ->
              elasticsearch(
                  common(name, section, first, EnumSet.of(Signal.LOGS, Signal.TRACES)), section);
          case "jaeger" ->
              otlp(common(name, section, first, EnumSet.of(Signal.TRACES)), section, type);
          case "otlp" ->
              otlp(common(name, section, first, EnumSet.allOf(Signal.class)), section, type);
          case "prometheus" ->
              prometheus(common(name, section, first, EnumSet.of(Signal.METRICS)), section);
          case "forward" -> forward(common(name, section, first, EnumSet.of(Signal.LOGS)), section);
          case "file" -> file(common(name, section, first, EnumSet.allOf(Signal.class)), section);
          case "stdout" ->
              new DestinationConfig.Console(
                  common(name, section, first, EnumSet.allOf(Signal.class)));
          default ->
              throw new ConfigException(
                  section.has("type") ? section.at("type") : section.where(),
                  "unknown destination type \""
                      + type
                      + "\""
                      + Nearest.hint(type, TYPES)
                      + " (the type defaults to the name; say type: … for another name)");
        };
    section.finish();
    return destination;
  }

  private static DestinationConfig local(DestinationConfig.Common common, Section section)
      throws ConfigException {
    return new DestinationConfig.Local(
        common,
        section.sizeBytes("maxBytes", 2L << 30, "16MiB"),
        section.durationMillis("retention", 72 * HOUR_MILLIS, "1m"),
        section.durationMillis("slice", HOUR_MILLIS, "1m"),
        section.sizeBytes("memory", 128L << 20, "16MiB"));
  }

  private static DestinationConfig elasticsearch(DestinationConfig.Common common, Section section)
      throws ConfigException {
    List<URI> urls = section.httpUrls("url", "http://127.0.0.1:9200");
    return new DestinationConfig.Elasticsearch(
        common,
        urls,
        dataStreamPart(section, "dataset", "vigia"),
        dataStreamPart(section, "namespace", "default"),
        ClientConfig.read(section, urls, /* apiKeys= */ true, 60_000),
        Batching.read(section, /* parallel= */ true),
        gzip(section, true),
        section.flag("fence", false));
  }

  /** Elasticsearch: no upper case, none of {@code \ / * ? " < > | , # :} or blanks, no dash. */
  private static String dataStreamPart(Section section, String key, String otherwise)
      throws ConfigException {
    String value = section.string(key, otherwise);
    if (!value.matches("[a-z0-9_.]{1,100}")) {
      throw new ConfigException(
          section.at(key),
          "\"" + value + "\" cannot be part of a data stream's name; use a-z, 0-9, _ and .");
    }
    return value;
  }

  private static DestinationConfig forward(DestinationConfig.Common common, Section section)
      throws ConfigException {
    String address = section.required("address", "127.0.0.1:24224");
    if (!address.matches("([^\\s:/@]+|\\[[0-9A-Fa-f:]+]):[0-9]{1,5}")
        || Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)) > Section.MOST_PORT) {
      throw new ConfigException(
          section.at("address"), "\"" + address + "\" is not host:port, like 127.0.0.1:24224");
    }
    Path sharedKeyFile = section.path("sharedKeyFile", null);
    String username = section.string("username");
    Path passwordFile = section.path("passwordFile", null);
    if ((username == null) != (passwordFile == null)
        || (username != null && sharedKeyFile == null)) {
      throw new ConfigException(
          section.at(username == null ? "passwordFile" : "username"),
          "give sharedKeyFile, username and passwordFile together; the protocol asks for users only"
              + " with a shared key");
    }
    return new DestinationConfig.Forward(
        common,
        address,
        section.string("tag", "vigia"),
        ClientConfig.tls(section, List.of()),
        sharedKeyFile,
        username,
        passwordFile,
        ClientConfig.timeoutMillis(section, 30_000),
        Batching.read(section, /* parallel= */ true),
        gzip(section, false));
  }

  private static DestinationConfig file(DestinationConfig.Common common, Section section)
      throws ConfigException {
    Path path = section.pathOf("path", section.required("path", "/var/lib/vigia/telemetry.jsonl"));
    long maxBytes = section.sizeBytes("maxBytes", 100L << 20);
    if (maxBytes < 1 << 20) {
      throw new ConfigException(section.at("maxBytes"), "must be at least 1MiB");
    }
    int maxFiles = (int) section.count("maxFiles", 5, 1, 10_000);
    return new DestinationConfig.File(common, path, maxBytes, maxFiles);
  }

  private static DestinationConfig otlp(
      DestinationConfig.Common common, Section section, String type) throws ConfigException {
    String example = "http://127.0.0.1:4317";
    URI endpoint = section.httpUrl("endpoint", example);
    String protocol = protocol(section, endpoint, type);
    ClientConfig client =
        ClientConfig.read(section, List.of(endpoint), /* apiKeys= */ false, 30_000);
    Batching batching = Batching.read(section, /* parallel= */ true);
    boolean gzip = gzip(section, false);
    return protocol.equals("http/protobuf")
        ? new DestinationConfig.OtlpHttp(common, endpoint, client, batching, gzip)
        : new DestinationConfig.OtlpGrpc(
            common, endpoint, client, batching, gzip, protocol.equals(API_V2));
  }

  /** As {@code protocol} says; without it, only HTTP has an address with a path. */
  private static String protocol(Section section, URI endpoint, String type)
      throws ConfigException {
    String path = endpoint.getPath() == null ? "" : endpoint.getPath().replaceAll("/+$", "");
    if (path.matches(".*/v1/(traces|metrics|logs)")) {
      throw new ConfigException(
          section.at("endpoint"), "give it without /v1/…, which is added for each signal");
    }
    String protocol = section.string("protocol", path.isEmpty() ? "grpc" : "http/protobuf");
    List<String> known =
        type.equals("jaeger")
            ? List.of("grpc", "http/protobuf", API_V2)
            : List.of("grpc", "http/protobuf");
    if (!known.contains(protocol)) {
      throw new ConfigException(
          section.at("protocol"), "\"" + protocol + "\" is none of " + String.join(", ", known));
    }
    return protocol;
  }

  /** {@code compression: none|gzip}, or {@code gzip: true|false} for short. */
  private static boolean gzip(Section section, boolean otherwise) throws ConfigException {
    boolean flag = section.flag("gzip", otherwise);
    String word = section.string("compression");
    if (word != null && section.has("gzip")) {
      throw new ConfigException(
          section.at("gzip"), "compression says it too; remove one of the two");
    }
    if (word == null) {
      return flag;
    }
    if (!word.equals("gzip") && !word.equals("none")) {
      throw new ConfigException(
          section.at("compression"), "\"" + word + "\" is neither none nor gzip");
    }
    return word.equals("gzip");
  }

  private static DestinationConfig prometheus(DestinationConfig.Common common, Section section)
      throws ConfigException {
    boolean push = section.has("remoteWrite");
    boolean pull = section.has("listen");
    if (push == pull) {
      throw new ConfigException(
          section.where(),
          "give either remoteWrite: http://…/api/v1/write (push) or listen: 127.0.0.1:9464 (pull)");
    }
    if (pull) {
      return new DestinationConfig.Scrape(
          common, section.listen("listen", ""), section.flag("scopeLabels", false));
    }
    URI url = section.httpUrl("remoteWrite", "http://127.0.0.1:9090/api/v1/write");
    return new DestinationConfig.RemoteWrite(
        common,
        url,
        section.choice("remoteWriteVersion", "auto", "1", "2"),
        section.choice("nativeHistograms", "auto", "on", "off"),
        section.flag("scopeLabels", false),
        ClientConfig.read(section, List.of(url), /* apiKeys= */ false, 30_000),
        Batching.read(section, /* parallel= */ false));
  }

  private static DestinationConfig.Common common(
      String name, Section section, boolean first, Set<Signal> takes) throws ConfigException {
    Set<Signal> signals = EnumSet.copyOf(takes);
    List<String> words = section.words("signals");
    if (words != null) {
      signals.clear();
      for (String word : words) {
        Signal signal = ConfigLoader.signal(word, section.at("signals"));
        if (!takes.contains(signal)) {
          throw new ConfigException(
              section.at("signals"),
              "this type of destination takes no "
                  + word
                  + "; it takes "
                  + String.join(", ", takes.stream().map(Signal::id).toList()));
        }
        signals.add(signal);
      }
      if (signals.isEmpty()) {
        throw new ConfigException(section.at("signals"), "empty; name a signal or remove the key");
      }
    }
    return new DestinationConfig.Common(
        name,
        section.where(),
        signals,
        section.flag("required", first),
        section.sizeBytes("maxBacklog", 0),
        section.durationMillis("maxAge", 0),
        section.sizeBytes("maxDeadLetters", 256L << 20));
  }
}
