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
import io.vigia.collector.receive.forward.ForwardReceiver;
import io.vigia.collector.receive.forward.ForwardSecurity;
import io.vigia.collector.receive.otlp.BearerTokens;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import io.vigia.collector.receive.sampling.SamplingStrategies;
import io.vigia.collector.receive.sampling.StrategiesFile;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the receivers that the configuration asks for. */
final class Receivers {
  private final Intake intake;
  private final CollectorMetrics metrics;
  private final IntakeBudget budget;

  Receivers(Intake intake, CollectorMetrics metrics, IntakeBudget budget) {
    this.intake = intake;
    this.metrics = metrics;
    this.budget = budget;
  }

  /**
   * @param samplingOfService answers Jaeger's remote samplers
   */
  OtlpReceiver otlp(
      CollectorConfig.Otlp config, Function<String, String> samplingOfService, long drainMillis)
      throws ConfigException {
    Listen grpc = config.grpc();
    Listen http = config.http();
    try {
      return OtlpReceiver.builder()
          .grpc(grpc == null ? null : grpc.address())
          .http(http == null ? null : http.address())
          .intake(intake)
          .metrics(metrics)
          .budget(budget)
          .samplingOfService(samplingOfService)
          .drainMillis(drainMillis)
          .maxConnections(config.limits().maxConnections())
          .maxMessageBytes(config.limits().maxMessageBytes())
          .stallTimeoutMillis(config.limits().stallTimeoutMillis())
          .idleTimeoutMillis(config.limits().idleTimeoutMillis())
          .tls(tls(config.tls(), List.of("h2", "http/1.1")))
          .tokens(
              config.tokenFile() == null
                  ? null
                  : BearerTokens.load("receivers.otlp.tokenFile", config.tokenFile()))
          .build();
    } catch (IOException e) {
      throw new ConfigException(where(config), "" + e.getMessage());
    }
  }

  ForwardReceiver forward(CollectorConfig.Forward config, long drainMillis) throws ConfigException {
    CollectorConfig.Handshake handshake = config.handshake();
    ForwardSecurity security = null;
    if (handshake != null) {
      try {
        security =
            ForwardSecurity.load(
                "receivers.forward",
                handshake.sharedKey(),
                handshake.users(),
                handshake.hostname());
      } catch (IOException e) {
        throw new ConfigException(handshake.where(), "" + e.getMessage());
      }
    }
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
        .security(security)
        .build();
  }

  /** What services are told to trace: everything, or what the file of strategies says. */
  static Function<String, String> sampling(CollectorConfig config) throws ConfigException {
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

  /** Where a receiver that cannot listen was configured. */
  static Where where(CollectorConfig.Otlp config) {
    Listen listen = config.grpc() != null ? config.grpc() : config.http();
    if (listen == null) {
      throw new IllegalArgumentException("no address");
    }
    return listen.where();
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

  /** What an {@link OtlpReceiver} adds to the addresses that are shown. */
  static void addresses(
      CollectorConfig.Otlp config, OtlpReceiver receiver, Map<String, String> addresses) {
    if (config.grpc() != null) {
      addresses.put("otlp/grpc", Addresses.text(receiver.grpcAddress()));
    }
    if (config.http() != null) {
      addresses.put(
          "otlp/http",
          (config.tls() == null ? "http://" : "https://") + Addresses.text(receiver.httpAddress()));
    }
  }

  /** Stops taking, answers, closes. */
  static void close(List<? extends Receiver> receivers) {
    receivers.forEach(Receiver::drain);
    receivers.forEach(Receiver::close);
  }
}
