package io.vigia.collector;

import io.vigia.collector.config.CollectorConfig;
import io.vigia.collector.config.ConfigException;
import io.vigia.collector.config.Listen;
import io.vigia.collector.config.Where;
import io.vigia.collector.core.CollectorMetrics;
import io.vigia.collector.core.Intake;
import io.vigia.collector.net.ServerTls;
import io.vigia.collector.receive.IntakeBudget;
import io.vigia.collector.receive.Receiver;
import io.vigia.collector.receive.agents.MetricsFormEndpoint;
import io.vigia.collector.receive.containers.ContainerLogReceiver;
import io.vigia.collector.receive.containers.StdoutEndpoint;
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.forward.ForwardSecurity;
import io.vigia.collector.receive.otlp.BearerTokens;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import io.vigia.collector.receive.sampling.SamplingEndpoint;
import io.vigia.collector.receive.sampling.SamplingStrategies;
import io.vigia.collector.receive.sampling.StrategiesFile;
import io.vigia.collector.receive.spill.SpillReceiver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The receivers that run, as the configuration asks for. Used under the collector's lock. */
final class Receivers implements AutoCloseable {
  private static final List<String> OTLP_PROTOCOLS = List.of("h2", "http/1.1");

  private final Intake intake;
  private final CollectorMetrics metrics;
  private final IntakeBudget budget;
  private final Map<String, String> addresses;
  private CollectorConfig.@Nullable Otlp otlpConfig;
  private CollectorConfig.@Nullable Sampling samplingConfig;
  private CollectorConfig.@Nullable Forward forwardConfig;
  private @Nullable OtlpReceiver otlp;
  private @Nullable ForwardReceiver forward;
  private CollectorConfig.@Nullable Spill spillConfig;
  private @Nullable SpillReceiver spill;
  private CollectorConfig.@Nullable Containers containersConfig;
  private volatile @Nullable ContainerLogReceiver containers;
  private final StdoutEndpoint stdout = new StdoutEndpoint(() -> containers);

  /**
   * @param addresses where it is written where they listen
   */
  Receivers(
      Intake intake, CollectorMetrics metrics, IntakeBudget budget, Map<String, String> addresses) {
    this.intake = intake;
    this.metrics = metrics;
    this.budget = budget;
    this.addresses = addresses;
  }

  /** Brings {@code receivers.otlp} to what is asked for; keeps the old one when that fails. */
  void otlp(CollectorConfig config) throws ConfigException {
    CollectorConfig.Otlp asked = config.otlp();
    if (Objects.equals(asked, otlpConfig) && Objects.equals(config.sampling(), samplingConfig)) {
      return;
    }
    OtlpReceiver fresh =
        asked == null ? null : make(asked, sampling(config), config.graceMillis() / 2);
    CollectorConfig.Otlp before = otlpConfig;
    OtlpReceiver old = otlp;
    try {
      swap(old, fresh, sharesAddress(before, asked));
    } catch (IOException e) {
      String problem = "" + e.getMessage();
      ConfigException failure =
          new ConfigException(asked == null ? config.dataWhere() : where(asked, problem), problem);
      if (old != null && before != null && sharesAddress(before, asked)) {
        OtlpReceiver again =
            restarted(() -> make(before, sampling(config), config.graceMillis() / 2), old, failure);
        runs(again, again == null ? null : before);
      }
      throw failure;
    }
    runs(fresh, asked);
    samplingConfig = config.sampling();
  }

  /** Null when there is none, be it that none could be had: a reload tries again. */
  private void runs(@Nullable OtlpReceiver running, CollectorConfig.@Nullable Otlp as) {
    otlp = running;
    otlpConfig = as;
    addresses.remove("otlp/grpc");
    addresses.remove("otlp/http");
    if (running != null && as != null && as.grpc() != null) {
      addresses.put("otlp/grpc", Addresses.text(running.grpcAddress()));
    }
    if (running != null && as != null && as.http() != null) {
      addresses.put("otlp/http", Addresses.url(as.tls(), running.httpAddress()));
    }
  }

  /** Brings {@code receivers.forward} to what is asked for; keeps the old one when that fails. */
  void forward(CollectorConfig config) throws ConfigException {
    CollectorConfig.Forward asked = config.forward();
    if (Objects.equals(asked, forwardConfig)) {
      return;
    }
    ForwardReceiver fresh = asked == null ? null : make(asked, config.graceMillis() / 2);
    CollectorConfig.Forward before = forwardConfig;
    ForwardReceiver old = forward;
    boolean sharesAddress =
        before != null && asked != null && Addresses.meet(before.listen(), asked.listen());
    try {
      swap(old, fresh, sharesAddress);
    } catch (IOException e) {
      ConfigException failure =
          new ConfigException(
              asked == null ? config.dataWhere() : asked.listen().where(), "" + e.getMessage());
      if (old != null && before != null && sharesAddress) {
        ForwardReceiver again =
            restarted(() -> make(before, config.graceMillis() / 2), old, failure);
        runs(again, again == null ? null : before);
      }
      throw failure;
    }
    runs(fresh, asked);
  }

  private void runs(@Nullable ForwardReceiver running, CollectorConfig.@Nullable Forward as) {
    forward = running;
    forwardConfig = as;
    addresses.remove("forward");
    if (running != null) {
      addresses.put("forward", Addresses.text(running.address()));
    }
  }

  /** Brings {@code receivers.spill} to what is asked for. */
  void spill(CollectorConfig config) {
    CollectorConfig.Spill asked = config.spill();
    if (Objects.equals(asked, spillConfig)) {
      return;
    }
    if (spill != null) {
      spill.close();
      spill = null;
    }
    spillConfig = asked;
    if (asked != null) {
      spill =
          SpillReceiver.builder()
              .directory(asked.directory())
              .intake(intake)
              .metrics(metrics)
              .build();
      spill.start();
    }
  }

  /** Brings {@code receivers.containers} to what is asked for. */
  void containers(CollectorConfig config) {
    CollectorConfig.Containers asked = config.containers();
    if (Objects.equals(asked, containersConfig)) {
      return;
    }
    ContainerLogReceiver old = containers;
    if (old != null) {
      old.close(); // until there is another one, agents that ask are told to ask again
    }
    containersConfig = asked;
    if (asked == null) {
      containers = null;
    } else {
      ContainerLogReceiver fresh =
          ContainerLogReceiver.builder()
              .directory(asked.directory())
              .state(config.data().resolve("containers"))
              .excluded(excluded(asked.exclude()))
              .ownPod(
                  System.getenv("KUBERNETES_SERVICE_HOST") == null
                      ? null
                      : System.getenv("HOSTNAME"))
              .joinStackTraces(asked.joinStackTraces())
              .maxEventBytes(asked.maxEventBytes())
              .intake(intake)
              .metrics(metrics)
              .build();
      fresh.start();
      containers = fresh;
    }
  }

  /** Whether a name is one of these, or within it; {@code *} is any text without a slash. */
  static Predicate<String> excluded(List<String> patterns) {
    if (patterns.isEmpty()) {
      return name -> false;
    }
    return Pattern.compile(
            patterns.stream()
                .map(each -> "\\Q" + each.replace("*", "\\E[^/]*\\Q") + "\\E(/.*)?")
                .collect(Collectors.joining("|")))
        .asMatchPredicate();
  }

  /**
   * @param sharesAddress the old one must let go of a port before the new one can have it
   */
  private static void swap(@Nullable Receiver old, @Nullable Receiver fresh, boolean sharesAddress)
      throws IOException {
    if (old != null && sharesAddress) {
      old.drain();
    }
    if (fresh != null) {
      try {
        fresh.start();
      } catch (IOException e) {
        fresh.close();
        throw e;
      }
    }
    if (old != null) {
      old.drain();
      closeInItsTime(old);
    }
  }

  /** What it took is answered meanwhile. */
  private static void closeInItsTime(Receiver drained) {
    Thread closing = new Thread(drained::close, "vigia-receiver-close");
    closing.setDaemon(true);
    closing.start();
  }

  /** Makes a receiver. */
  private interface Maker<R extends Receiver> {
    R make() throws ConfigException;
  }

  /**
   * One like that of before, which let go of its address.
   *
   * @param failure of the new one; gets the reason why there is none as suppressed
   */
  private static <R extends Receiver> @Nullable R restarted(
      Maker<R> maker, R drained, ConfigException failure) {
    closeInItsTime(drained);
    try {
      R receiver = maker.make();
      try {
        receiver.start();
      } catch (IOException e) {
        receiver.close();
        throw e;
      }
      return receiver;
    } catch (IOException | ConfigException e) {
      failure.addSuppressed(e);
      return null;
    }
  }

  private static boolean sharesAddress(
      CollectorConfig.@Nullable Otlp before, CollectorConfig.@Nullable Otlp asked) {
    return before != null
        && asked != null
        && Stream.of(before.grpc(), before.http())
            .filter(Objects::nonNull)
            .anyMatch(
                listen ->
                    Addresses.meet(listen, asked.grpc()) || Addresses.meet(listen, asked.http()));
  }

  /** Takes nothing new, answers what was taken, closes. */
  @Override
  public void close() {
    List<Receiver> receivers = new ArrayList<>();
    if (otlp != null) {
      receivers.add(otlp);
    }
    if (forward != null) {
      receivers.add(forward);
    }
    if (spill != null) {
      receivers.add(spill);
    }
    ContainerLogReceiver reading = containers;
    if (reading != null) {
      receivers.add(reading);
    }
    receivers.forEach(Receiver::drain);
    receivers.forEach(Receiver::close);
    otlp = null;
    forward = null;
    spill = null;
    containers = null;
  }

  /**
   * @param samplingOfService answers Jaeger's remote samplers
   */
  private OtlpReceiver make(
      CollectorConfig.Otlp config, Function<String, String> samplingOfService, long drainMillis)
      throws ConfigException {
    Listen grpc = config.grpc();
    Listen http = config.http();
    return OtlpReceiver.builder()
        .grpc(grpc == null ? null : grpc.address())
        .http(http == null ? null : http.address())
        .intake(intake)
        .metrics(metrics)
        .budget(budget)
        .endpoints(
            List.of(
                new SamplingEndpoint(samplingOfService),
                stdout,
                new MetricsFormEndpoint(config.agents().delta(), config.agents().exponential())))
        .drainMillis(drainMillis)
        .maxConnections(config.limits().maxConnections())
        .maxMessageBytes(config.limits().maxMessageBytes())
        .stallTimeoutMillis(config.limits().stallTimeoutMillis())
        .idleTimeoutMillis(config.limits().idleTimeoutMillis())
        .tls(tls(config.tls(), OTLP_PROTOCOLS))
        .tokens(tokens(config))
        .build();
  }

  private static @Nullable BearerTokens tokens(CollectorConfig.Otlp config) throws ConfigException {
    try {
      return config.tokenFile() == null
          ? null
          : BearerTokens.load("receivers.otlp.tokenFile", config.tokenFile());
    } catch (IOException e) {
      throw new ConfigException(where(config, ""), "tokenFile: " + e.getMessage());
    }
  }

  /** Reads every file of theirs and of the page, as a start does; listens nowhere. */
  static void readFiles(CollectorConfig config) throws ConfigException {
    CollectorConfig.Otlp otlp = config.otlp();
    if (otlp != null) {
      tls(otlp.tls(), OTLP_PROTOCOLS);
      tokens(otlp);
      sampling(config);
    }
    CollectorConfig.Forward forward = config.forward();
    if (forward != null) {
      tls(forward.tls(), List.of());
      security(forward);
    }
    CollectorConfig.Web web = config.web();
    if (web != null) {
      tls(web.tls(), List.of());
    }
  }

  private ForwardReceiver make(CollectorConfig.Forward config, long drainMillis)
      throws ConfigException {
    return ForwardReceiver.builder()
        .listen(config.listen().address())
        .intake(intake)
        .metrics(metrics)
        .budget(budget)
        .drainMillis(drainMillis)
        .maxConnections(config.limits().maxConnections())
        .maxMessageBytes(config.limits().maxMessageBytes())
        .stallTimeoutMillis(config.limits().stallTimeoutMillis())
        .idleTimeoutMillis(config.limits().idleTimeoutMillis())
        .tls(tls(config.tls(), List.of()))
        .security(security(config))
        .build();
  }

  private static @Nullable ForwardSecurity security(CollectorConfig.Forward config)
      throws ConfigException {
    CollectorConfig.Handshake handshake = config.handshake();
    if (handshake == null) {
      return null;
    }
    try {
      return ForwardSecurity.load(
          "receivers.forward", handshake.sharedKey(), handshake.users(), handshake.hostname());
    } catch (IOException e) {
      throw new ConfigException(handshake.where(), "" + e.getMessage());
    }
  }

  /** What services are told to trace: everything, or what the file of strategies says. */
  private static Function<String, String> sampling(CollectorConfig config) throws ConfigException {
    CollectorConfig.Sampling sampling = config.sampling();
    if (sampling == null) {
      return SamplingStrategies.everything()::forService;
    }
    try {
      StrategiesFile file = StrategiesFile.open(sampling.file());
      return service -> file.current().forService(service);
    } catch (IOException e) {
      throw new ConfigException(sampling.where(), sampling.file() + ": " + e.getMessage());
    }
  }

  /** Of the address that a problem is about: it begins with its path. */
  private static Where where(CollectorConfig.Otlp config, String problem) {
    Listen grpc = config.grpc();
    Listen http = config.http();
    if (http != null && (grpc == null || problem.startsWith(http.where().path()))) {
      return http.where();
    }
    if (grpc == null) {
      throw new IllegalArgumentException("no address");
    }
    return grpc.where();
  }

  /** The files of a {@code tls} section, read; null when there is none. */
  static @Nullable ServerTls tls(CollectorConfig.@Nullable Tls config, List<String> protocols)
      throws ConfigException {
    if (config == null) {
      return null;
    }
    try {
      return ServerTls.load(
          config.where().path(), config.cert(), config.key(), config.clientCa(), protocols);
    } catch (IOException e) {
      throw new ConfigException(config.where(), "" + e.getMessage());
    }
  }
}
