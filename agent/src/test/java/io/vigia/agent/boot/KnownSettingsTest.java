package io.vigia.agent.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KnownSettingsTest {

  private final KnownSettings known =
      KnownSettings.of(
          List.of(
              "otel.bsp.schedule.delay",
              "otel.instrumentation.kafka-clients.",
              "otel.semconv-stability.opt-in",
              "otel.service.name"));

  @ParameterizedTest
  @CsvSource({
    "otel.service.nmae, otel.service.name",
    "otel.bsp.shedule.delay, otel.bsp.schedule.delay",
    "vigia.colector, vigia.collector",
    "otel.exporter.otlp.traces.endpiont, otel.exporter.otlp.traces.endpoint",
    "otel.exporter.otlp.logs.header, otel.exporter.otlp.logs.headers",
    "otel.instrumentation.kafka-client.enabled, otel.instrumentation.kafka.clients.enabled",
  })
  void mistypedPropertyIsNamedWithTheNearest(String typed, String nearest) {
    assertThat(known.unknown(List.of(typed), List.of()))
        .singleElement()
        .asString()
        .isEqualTo("unknown system property " + typed + "; did you mean " + nearest + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "OTEL_SERVICE_NAMES, OTEL_SERVICE_NAME",
    "VIGIA_SPILL_DIRECTORY, VIGIA_SPILL_DIR",
    "VIGIA_PROMETHEUS_PORT, VIGIA_PROMETHEUS",
    "OTEL_SEMCONV_STABILITY_OPTIN, OTEL_SEMCONV_STABILITY_OPT_IN",
  })
  void mistypedVariableIsNamedWithTheNearest(String typed, String nearest) {
    assertThat(known.unknown(List.of(), List.of(typed)))
        .containsExactly(
            "unknown environment variable " + typed + "; did you mean " + nearest + "?");
  }

  @Test
  void farFromEverythingIsNamedAlone() {
    assertThat(known.unknown(List.of("otel.something.completely.different"), List.of()))
        .containsExactly("unknown system property otel.something.completely.different");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "OTEL_SERVICE_NAME",
        "OTEL_SEMCONV_STABILITY_OPT_IN",
        "OTEL_INSTRUMENTATION_KAFKA_CLIENTS_ENABLED",
        "OTEL_INSTRUMENTATION_JBOSS_LOGMANAGER_EXPERIMENTAL_LOG_ATTRIBUTES",
        "OTEL_INSTRUMENTATION_GRAPHQL_DATA_FETCHER_ENABLED",
        "OTEL_INSTRUMENTATION_SPRING_SECURITY_ENDUSER_ROLE_GRANTED_AUTHORITY_PREFIX",
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        "OTEL_PYTHON_LOG_LEVEL",
        "OTEL_COLLECTOR_SERVICE_HOST",
        "OTEL_COLLECTOR_PORT_4317_TCP_ADDR",
        "VIGIA_POD_NAME",
        "VIGIALOGS",
        "PATH"
      })
  void knownAndForeignVariablesAreLeftAlone(String name) {
    assertThat(known.unknown(List.of(), List.of(name))).isEmpty();
  }

  /** As Kubernetes says where a service of such a name is. */
  @Test
  void portThatIsSetBesideAHostIsThatOfAService() {
    List<String> ofAService = List.of("VIGIA_COLLECTOR_PORT", "VIGIA_COLLECTOR_SERVICE_HOST");
    assertThat(known.unknown(List.of(), ofAService)).isEmpty();
  }
}
