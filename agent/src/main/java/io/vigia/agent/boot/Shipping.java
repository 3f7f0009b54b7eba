package io.vigia.agent.boot;

import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /**
   * Signal → how and where it goes by OTLP, for those that go elsewhere than to the collector's
   * address, or by another protocol.
   */
  private final Map<String, String> elsewhere = new LinkedHashMap<>();

  /** Of these the ones whose address is not the collector's by either protocol. */
  private final Set<String> anothers = new HashSet<>();

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
        // a URL may carry a password
        String url = own.trim().replaceFirst("//[^/]*@", "//").replaceFirst("[?#].*", "");
        shipping.elsewhere.put(signal, "OTLP to " + url);
        if (!shipping.isCollectors(own.trim())) {
          shipping.anothers.add(signal);
        }
      }
    }
    shipping.exporters.put("traces", shipping.traces(list(settings.apply(TRACES), OTLP)));
    shipping.exporters.put("metrics", shipping.metrics(list(settings.apply(METRICS), OTLP)));
    shipping.exporters.put("logs", shipping.logs(list(settings.apply(LOGS), VIGIA)));
    for (String signal : SIGNALS) {
      shipping.byOwnProtocol(signal, settings.apply("otel.exporter.otlp." + signal + ".protocol"));
    }
    return shipping;
  }

  private boolean isCollectors(String endpoint) {
    try {
      URI url = URI.create(endpoint);
      String host = String.valueOf(UrlHost.of(url));
      int port = UrlHost.port(url);
      return Stream.of(address.otlp(), address.otherOtlp())
          .anyMatch(
              known -> host.equals(CollectorAddress.hostOf(known)) && port == UrlHost.port(known));
    } catch (IllegalArgumentException e) {
      return false; // the SDK says so
    }
  }

  /** One signal by gRPC, or one by HTTP: to that protocol's port, unless the user gave one. */
  private void byOwnProtocol(String signal, @Nullable String protocol) {
    boolean byGrpc = "grpc".equals(protocol);
    if (protocol == null
        || protocol.trim().isEmpty()
        || byGrpc == grpc
        || elsewhere.containsKey(signal)) {
      return;
    }
    URI to = address.otherOtlp();
    elsewhere.put(signal, (byGrpc ? "OTLP/gRPC to " : "OTLP/HTTP to ") + to);
    if (!to.equals(address.otlp())) {
      overrides.put(
          "otel.exporter.otlp." + signal + ".endpoint",
          byGrpc ? to.toString() : to + "/v1/" + signal);
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
        && !anothers.contains("traces")
        && exporters.getOrDefault("traces", Collections.<String>emptyList()).contains(OTLP);
  }

  /** Whether metrics go where the collector's wishes about their form mean nothing. */
  public boolean areMetricsForAnother() {
    return anothers.contains("metrics");
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
    List<String> byOtlp = byExporter().get(OTLP);
    Probe otlp = byOtlp == null ? null : otlp(byOtlp.get(0));
    Probe forward =
        isForwarding()
            ? Probe.start(() -> Reachability.tcp(address.forwardHost(), address.forwardPort()))
            : null;
    return new Reached(
        otlp == null ? null : otlp.result(), forward == null ? null : forward.result());
  }

  /** What the collector answers by OTLP/HTTP, in words; blocks for less than a second. */
  public static String reachability(CollectorAddress address, String signal) {
    return Probe.start(() -> Reachability.otlp(address.otlp(), /* grpc= */ false, signal))
        .result()
        .detail();
  }

  private Probe otlp(String signal) {
    return Probe.start(() -> Reachability.otlp(address.otlp(), grpc, signal));
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
    String own = exporter.equals(OTLP) ? elsewhere.get(signal) : null;
    return own == null ? exporter : own;
  }

  /** {@code traces and metrics by OTLP/HTTP, logs by forward to localhost:24224}. */
  public String signals() {
    Map<String, List<String>> byWay = new LinkedHashMap<>();
    exporters.forEach(
        (signal, names) ->
            byWay.computeIfAbsent(way(names, signal), w -> new ArrayList<>()).add(signal));
    List<String> parts = new ArrayList<>();
    byWay.forEach((way, signals) -> parts.add(String.join(" and ", signals) + " " + way));
    return String.join(", ", parts);
  }

  private String way(List<String> names, String signal) {
    List<String> ways = new ArrayList<>();
    for (String name : names) {
      if (!name.equals("none")) {
        ways.add(inWords(towards(name, signal)));
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
    private final Reachability.@Nullable Result otlp;
    private final Reachability.@Nullable Result forward;

    Reached(Reachability.@Nullable Result otlp, Reachability.@Nullable Result forward) {
      this.otlp = otlp;
      this.forward = forward;
    }

    public Reachability.@Nullable Result otlp() {
      return otlp;
    }

    public Reachability.@Nullable Result forward() {
      return forward;
    }

    Reachability.@Nullable Result of(String exporter) {
      return exporter.equals(OTLP) ? otlp : exporter.equals(FORWARD) ? forward : null;
    }

    boolean isOk() {
      return (otlp == null || otlp.isOk()) && (forward == null || forward.isOk());
    }
  }
}
