package io.vigia.agent.boot;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What leaves a service, and how: decided once at start from {@code otel.*.exporter}, {@code
 * vigia.logs} and the collector's address; told by the verdict and by {@code check}. Immutable.
 */
public final class Shipping {

  /** Value of {@code otel.logs.exporter} that means: as {@code vigia.logs} says. */
  public static final String VIGIA = "vigia";

  /** Value of {@code otel.logs.exporter} and {@code vigia.logs} that means Fluency. */
  public static final String FORWARD = "forward";

  /** What {@code prometheus} is for the SDK: upstream's endpoint, which may fail. */
  public static final String PROMETHEUS_ENDPOINT = "vigia-prometheus";

  private static final String PROMETHEUS = "prometheus";
  private static final String LOGS = "otel.logs.exporter";
  private static final String TRACES = "otel.traces.exporter";
  private static final String METRICS = "otel.metrics.exporter";
  private static final String OTLP = "otlp";
  private static final String[] SIGNALS = {"traces", "metrics", "logs"};

  private final CollectorAddress address;
  private final boolean grpc;
  private boolean auto;
  private final Map<String, List<String>> exporters = new LinkedHashMap<>();
  private final Map<String, String> overrides = new LinkedHashMap<>();

  /** By signal, for those that do not just go to the collector's address. */
  private final Map<String, SignalPlace> elsewhere = new LinkedHashMap<>();

  private Shipping(CollectorAddress address, boolean grpc) {
    this.address = address;
    this.grpc = grpc;
  }

  /**
   * @param settings gives what is set for a property of upstream's, or {@code null}
   */
  public static Shipping of(Function<String, @Nullable String> settings, CollectorAddress address) {
    String protocol = settings.apply("otel.exporter.otlp.protocol");
    Shipping shipping =
        new Shipping(address, protocol == null ? address.isGrpc() : protocol.equals("grpc"));
    for (String signal : SIGNALS) {
      String own = settings.apply("otel.exporter.otlp." + signal + ".endpoint");
      if (own != null && !own.trim().isEmpty()) {
        boolean grpc = shipping.isByGrpc(protocolOf(signal, settings));
        shipping.elsewhere.put(signal, SignalPlace.own(signal, grpc, own.trim()));
      }
    }
    shipping.exporters.put("traces", shipping.traces(list(settings.apply(TRACES), OTLP)));
    shipping.exporters.put("metrics", shipping.metrics(list(settings.apply(METRICS), OTLP)));
    shipping.exporters.put("logs", shipping.logs(list(settings.apply(LOGS), VIGIA)));
    for (String signal : SIGNALS) {
      shipping.byOwnProtocol(signal, protocolOf(signal, settings));
    }
    return shipping;
  }

  private static @Nullable String protocolOf(
      String signal, Function<String, @Nullable String> settings) {
    return settings.apply("otel.exporter.otlp." + signal + ".protocol");
  }

  /** By that protocol of one signal; without one by that of all. */
  private boolean isByGrpc(@Nullable String own) {
    return own == null || own.trim().isEmpty() ? grpc : own.equals("grpc");
  }

  /** One signal by gRPC, or one by HTTP: to that protocol's port, unless the user gave one. */
  private void byOwnProtocol(String signal, @Nullable String protocol) {
    boolean byGrpc = isByGrpc(protocol);
    if (byGrpc == grpc || elsewhere.containsKey(signal)) {
      return;
    }
    URI to = address.otherOtlp();
    SignalPlace place = SignalPlace.byProtocol(signal, byGrpc, to);
    elsewhere.put(signal, place);
    if (!to.equals(address.otlp())) {
      overrides.put("otel.exporter.otlp." + signal + ".endpoint", place.url());
    }
  }

  private static List<String> list(@Nullable String value, String byDefault) {
    List<String> names = new ArrayList<>();
    for (String name : (value == null ? "" : value).split(",")) {
      if (!name.trim().isEmpty()) {
        names.add(name.trim());
      }
    }
    if (names.isEmpty()) {
      names.add(byDefault);
    }
    return names;
  }

  private List<String> traces(List<String> names) {
    if (names.remove("jaeger")) {
      // the exporter's format ended in 2023; Jaeger takes OTLP since 1.35, on the same two ports
      Console.say(
          TRACES
              + "=jaeger: Jaeger takes OTLP since 1.35, so spans leave by OTLP to "
              + address.otlp());
      if (!names.contains(OTLP)) {
        names.add(OTLP);
      }
      overrides.put(TRACES, String.join(",", names));
    }
    return names;
  }

  private List<String> metrics(List<String> names) {
    Map<String, String> endpoint = prometheusEndpoint();
    if (!endpoint.isEmpty() && !names.contains(PROMETHEUS)) {
      overrides.putAll(endpoint);
      names.remove("none");
      names.add(PROMETHEUS);
    }
    if (names.contains(PROMETHEUS)) {
      List<String> ofTheSdk = new ArrayList<>(names);
      Collections.replaceAll(ofTheSdk, PROMETHEUS, PROMETHEUS_ENDPOINT);
      overrides.put(METRICS, String.join(",", ofTheSdk));
    }
    return names;
  }

  /** What {@code vigia.prometheus} means in upstream's settings; empty when nobody asks for it. */
  public static Map<String, String> prometheusEndpoint() {
    Map<String, String> settings = new LinkedHashMap<>();
    String listen = Setting.PROMETHEUS.value();
    if (listen != null) {
      int colon = listen.lastIndexOf(':');
      settings.put("otel.exporter.prometheus.port", listen.substring(colon + 1));
      settings.put(
          "otel.exporter.prometheus.host", colon < 0 ? "localhost" : listen.substring(0, colon));
    }
    return settings;
  }

  private List<String> logs(List<String> names) {
    if (names.remove(VIGIA)) {
      String ours = ours();
      // the SDK takes no name twice, and none beside others
      if (names.contains(ours)) {
        auto = false; // asked for by name
      } else if (names.isEmpty() || !ours.equals("none")) {
        names.add(ours);
      }
    }
    List<String> upstream = new ArrayList<>(names);
    upstream.remove(FORWARD);
    overrides.put(LOGS, upstream.isEmpty() ? "none" : String.join(",", upstream));
    return names;
  }

  private String ours() {
    String value = Setting.LOGS.value();
    if (value != null && (value.equals(FORWARD) || value.equals(OTLP) || value.equals("none"))) {
      return value;
    }
    if (value != null && !value.equals("auto")) {
      Console.say(
          Setting.LOGS.property()
              + " is auto, forward, otlp or none; \""
              + value
              + "\" is taken as auto");
    }
    // the forward protocol has no TLS here: what is asked to be secret leaves by OTLP
    boolean secret = "https".equalsIgnoreCase(address.otlp().getScheme());
    boolean toldWhere = elsewhere.containsKey("logs");
    boolean byForward = Setting.FORWARD.value() != null || !(secret || toldWhere);
    auto = byForward || !toldWhere;
    return byForward ? FORWARD : OTLP;
  }

  /** Whether the collector may read the log events from stdout, so that none are sent. */
  public boolean mayBeReadFromStdout() {
    return auto
        && (isForwarding() ? (!grpc || address.isGrpc()) && goesToCollector() : isAskedByHttps());
  }

  /** Not where only the port for gRPC is known, which may be anybody's. */
  private boolean isAskedByHttps() {
    return !grpc && !elsewhere.containsKey("logs");
  }

  /** Whether Fluency sends log records. */
  public boolean isForwarding() {
    return exporters.getOrDefault("logs", Collections.<String>emptyList()).contains(FORWARD);
  }

  /** Whether traces go where OTLP/HTTP, and so perhaps {@code /sampling}, is answered. */
  public boolean canAskForSampling() {
    return !grpc
        && !isForAnother("traces")
        && exporters.getOrDefault("traces", Collections.<String>emptyList()).contains(OTLP);
  }

  /** Whether metrics go where the collector's wishes about their form mean nothing. */
  public boolean areMetricsForAnother() {
    return isForAnother("metrics");
  }

  private boolean isForAnother(String signal) {
    SignalPlace place = elsewhere.get(signal);
    return place != null && !place.isOf(address);
  }

  /** Settings for the SDK, above the user's. */
  public Map<String, String> overrides() {
    return overrides;
  }

  private boolean goesToCollector() {
    return address.forwardHost().equals(CollectorAddress.hostOf(address.otlp()));
  }

  /** Asks all receivers that are used, at once; blocks for less than a second. */
  public Reached ask() {
    Map<String, Probe> probes = new LinkedHashMap<>();
    byExporter()
        .forEach(
            (exporter, signals) -> {
              Probe probe = ask(exporter, signals.get(0));
              if (probe != null) {
                probes.put(exporter, probe);
              }
            });
    Map<String, Reachability.Result> results = new LinkedHashMap<>();
    probes.forEach((exporter, probe) -> results.put(exporter, probe.result()));
    return new Reached(results);
  }

  private @Nullable Probe ask(String exporter, String signal) {
    switch (exporter) {
      case OTLP:
        return Probe.start(() -> Reachability.otlp(address.otlp(), grpc, signal));
      case FORWARD:
        return Probe.start(() -> Reachability.tcp(address.forwardHost(), address.forwardPort()));
      default:
        SignalPlace place = elsewhere.get(signal);
        return place != null && exporter.equals(place.inWords()) ? place.ask() : null;
    }
  }

  /** What the collector answers by OTLP/HTTP, in words; blocks for less than a second. */
  public static String reachability(CollectorAddress address, String signal) {
    return Probe.start(() -> Reachability.otlp(address.otlp(), /* grpc= */ false, signal))
        .result()
        .detail();
  }

  /** Exporter ({@code otlp}, {@code forward}, …, {@code none}) to the signals that it takes. */
  Map<String, List<String>> byExporter() {
    Map<String, List<String>> signals = new LinkedHashMap<>();
    exporters.forEach(
        (signal, names) ->
            names.forEach(
                name ->
                    signals
                        .computeIfAbsent(towards(name, signal), n -> new ArrayList<>())
                        .add(signal)));
    return signals;
  }

  /** An exporter, with its address if that is the signal's own. */
  private String towards(String exporter, String signal) {
    SignalPlace own = exporter.equals(OTLP) ? elsewhere.get(signal) : null;
    return own == null ? exporter : own.inWords();
  }

  /**
   * {@code traces and metrics by OTLP/HTTP, logs by forward to localhost:24224}; behind a signal's
   * own place what it answered.
   */
  public String signals(Reached reached) {
    Map<String, List<String>> byWay = new LinkedHashMap<>();
    exporters.forEach(
        (signal, names) ->
            byWay.computeIfAbsent(way(names, signal, reached), w -> new ArrayList<>()).add(signal));
    List<String> parts = new ArrayList<>();
    byWay.forEach((way, signals) -> parts.add(String.join(" and ", signals) + " " + way));
    return String.join(", ", parts);
  }

  private String way(List<String> names, String signal, Reached reached) {
    List<String> ways = new ArrayList<>();
    for (String name : names) {
      if (!name.equals("none")) {
        String exporter = towards(name, signal);
        Reachability.Result own = exporter.equals(name) ? null : reached.of(exporter);
        ways.add(inWords(exporter) + (own == null ? "" : " (" + own.detail() + ")"));
      }
    }
    return ways.isEmpty() ? "not sent" : "by " + String.join(" and ", ways);
  }

  /** {@code OTLP/gRPC}, {@code forward to localhost:24224}. */
  String inWords(String exporter) {
    switch (exporter) {
      case OTLP:
        return grpc ? "OTLP/gRPC" : "OTLP/HTTP";
      case FORWARD:
        return "forward to " + address.forward();
      case "none":
        return "not sent";
      default:
        return exporter;
    }
  }

  /** What the receivers answered; {@code null} for those that are not used. */
  public static final class Reached {
    private final Map<String, Reachability.Result> results;

    Reached(Map<String, Reachability.Result> results) {
      this.results = results;
    }

    public Reachability.@Nullable Result otlp() {
      return of(OTLP);
    }

    public Reachability.@Nullable Result forward() {
      return of(FORWARD);
    }

    Reachability.@Nullable Result of(String exporter) {
      return results.get(exporter);
    }

    /** Whether the collector takes what is for it; perhaps nothing is. */
    boolean isCollectorOk() {
      return Stream.of(otlp(), forward()).allMatch(result -> result == null || result.isOk());
    }

    boolean isOk() {
      return results.values().stream().allMatch(Reachability.Result::isOk);
    }
  }
}
