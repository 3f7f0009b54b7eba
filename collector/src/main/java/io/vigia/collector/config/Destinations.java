package io.vigia.collector.config;

import io.vigia.collector.core.Signal;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Reads one entry under {@code destinations}; the type defaults to the entry's name. */
final class Destinations {
  private static final List<String> TYPES =
      List.of("local", "elasticsearch", "jaeger", "otlp", "prometheus");
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
              otlpGrpc(
                  common(name, section, first, EnumSet.of(Signal.TRACES)),
                  section,
                  "http://127.0.0.1:4317");
          case "otlp" ->
              otlpGrpc(
                  common(name, section, first, EnumSet.allOf(Signal.class)),
                  section,
                  "http://127.0.0.1:4317");
          case "prometheus" ->
              prometheus(common(name, section, first, EnumSet.of(Signal.METRICS)), section);
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
        section.sizeBytes("maxBytes", 2L << 30),
        section.durationMillis("retention", 72 * HOUR_MILLIS),
        section.durationMillis("slice", HOUR_MILLIS),
        section.sizeBytes("memory", 128L << 20));
  }

  private static DestinationConfig elasticsearch(DestinationConfig.Common common, Section section)
      throws ConfigException {
    return new DestinationConfig.Elasticsearch(
        common,
        section.httpUrl("url", "http://127.0.0.1:9200"),
        dataStreamPart(section, "dataset", "vigia"),
        dataStreamPart(section, "namespace", "default"),
        section.string("username"),
        section.path("passwordFile", null),
        section.path("apiKeyFile", null),
        section.flag("gzip", true));
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

  private static DestinationConfig otlpGrpc(
      DestinationConfig.Common common, Section section, String example) throws ConfigException {
    return new DestinationConfig.OtlpGrpc(
        common, section.httpUrl("endpoint", example), section.flag("gzip", false));
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
    return push
        ? new DestinationConfig.RemoteWrite(
            common, section.httpUrl("remoteWrite", "http://127.0.0.1:9090/api/v1/write"))
        : new DestinationConfig.Scrape(common, section.listen("listen", ""));
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
