package io.vigia.collector.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vigia.collector.core.Signal;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigLoaderTest {
  private final ConfigLoader loader =
      new ConfigLoader(Map.of("ES", "http://es:9200", "EMPTY", "")::get);

  private CollectorConfig parse(String yaml) throws ConfigException {
    return loader.parse("vigia.yaml", yaml);
  }

  @Test
  void theDocumentedExampleLoads() throws Exception {
    CollectorConfig config =
        parse(
            """
            data: ./vigia-data
            receivers:
              otlp:    {grpc: "127.0.0.1:4317", http: "127.0.0.1:4318"}
              forward: {listen: "127.0.0.1:24224"}
            destinations:
              local: {}
              elasticsearch: {url: "http://127.0.0.1:9200"}
              jaeger:        {endpoint: "http://127.0.0.1:14317"}
              prometheus:    {remoteWrite: "http://127.0.0.1:9090/api/v1/write"}
              scrape:        {type: prometheus, listen: "127.0.0.1:9464"}
            web: {listen: "127.0.0.1:8317"}
            """);

    assertThat(config.destinations())
        .extracting(d -> d.common().name() + " " + d.getClass().getSimpleName())
        .containsExactly(
            "local Local",
            "elasticsearch Elasticsearch",
            "jaeger OtlpGrpc",
            "prometheus RemoteWrite",
            "scrape Scrape");
    assertThat(config.destinations())
        .extracting(d -> d.common().required())
        .as("only the first is required by default")
        .containsExactly(true, false, false, false, false);
    assertThat(config.destinations().get(2).common().signals()).containsExactly(Signal.TRACES);
  }

  @Test
  void anEmptyFileIsTheEmbeddedDefault() throws Exception {
    for (CollectorConfig config : new CollectorConfig[] {parse(""), loader.defaults()}) {
      assertThat(config.destinations()).singleElement().isInstanceOf(DestinationConfig.Local.class);
      assertThat(config.otlp()).isNotNull();
      assertThat(config.forward()).isNotNull();
      assertThat(config.web()).isNotNull();
    }
  }

  @Test
  void everyDefaultListensOnLoopbackOnly() throws Exception {
    CollectorConfig config = loader.defaults();
    assertThat(config.otlp()).isNotNull();
    assertThat(config.otlp().grpc()).isNotNull();
    assertThat(config.otlp().grpc().address().getAddress().isLoopbackAddress()).isTrue();
    assertThat(config.web()).isNotNull();
    assertThat(config.web().listen().address().getAddress().isLoopbackAddress()).isTrue();
  }

  @Test
  void environmentVariablesAndDefaultsAreExpanded() throws Exception {
    CollectorConfig config =
        parse(
            """
            data: "${DIR:-/tmp/x}/${EMPTY:-y}/$${z}"
            destinations: {elasticsearch: {url: "${ES}"}}
            """);
    assertThat(config.data()).isEqualTo(Path.of("/tmp/x/y/${z}"));
    assertThat(((DestinationConfig.Elasticsearch) config.destinations().get(0)).urls())
        .containsExactly(URI.create("http://es:9200"));
  }

  @Test
  void sizesAndDurationsCarryUnits() throws Exception {
    CollectorConfig config =
        parse("log: {segment: 1.5MiB, quota: 20 GB, durability: interval, interval: 250ms}");
    assertThat(config.log().segmentBytes()).isEqualTo(1_572_864);
    assertThat(config.log().quotaBytes()).isEqualTo(20_000_000_000L);
    assertThat(config.log().intervalMillis()).isEqualTo(250);
  }

  @Test
  void noMessageIsAllowedThatTheMemoryForReceivingCannotHold() throws Exception {
    CollectorConfig config = parse("receivers: {memory: 3MiB, otlp: {}, forward: {}}");
    assertThat(Objects.requireNonNull(config.otlp()).limits().maxMessageBytes()).isEqualTo(3 << 20);
    assertThat(Objects.requireNonNull(config.forward()).limits().maxMessageBytes())
        .isEqualTo(3 << 20);
  }

  @Test
  void howADestinationIsTalkedTo() throws Exception {
    CollectorConfig config =
        parse(
            """
            destinations:
              elasticsearch:
                url: ["https://a:9200", "https://b_2:9200"]
                apiKeyFile: /run/key
                tls: {ca: /ca.pem, cert: /c.pem, key: /k.pem, serverName: es, insecure: false}
                compression: none
                fence: true
                batch: {maxBytes: 1MiB, maxAge: 2s}
                inFlight: 8
              otlp:
                endpoint: https://c:4317
                headers: {X-Scope-OrgID: "${ES}"}
                tokenFile: /run/token
                timeout: 5s
                gzip: true
            """);
    var elastic = (DestinationConfig.Elasticsearch) config.destinations().get(0);
    assertThat(elastic.urls())
        .containsExactly(URI.create("https://a:9200"), URI.create("https://b_2:9200"));
    assertThat(elastic.client())
        .isEqualTo(
            new ClientConfig(
                Map.of(),
                new ClientConfig.Tls(
                    Path.of("/ca.pem"), Path.of("/c.pem"), Path.of("/k.pem"), "es", false),
                null,
                Path.of("/run/key"),
                null,
                null,
                60_000));
    assertThat(elastic.gzip()).isFalse();
    assertThat(elastic.fence()).isTrue();
    assertThat(elastic.batching()).isEqualTo(new Batching(1 << 20, 2_000, 8));
    var otlp = (DestinationConfig.OtlpGrpc) config.destinations().get(1);
    assertThat(otlp.client().headers()).containsEntry("X-Scope-OrgID", "http://es:9200");
    assertThat(otlp.client().toString()).doesNotContain("es:9200");
    assertThat(otlp.client().tokenFile()).isEqualTo(Path.of("/run/token"));
    assertThat(otlp.client().timeoutMillis()).isEqualTo(5_000);
    assertThat(otlp.gzip()).isTrue();
    assertThat(otlp.batching()).isEqualTo(new Batching(null, null, null));
  }

  @Test
  void limitsOfTheLogAndOfDestinationsAreRead() throws Exception {
    CollectorConfig config =
        parse(
            "log: {quotas: {traces: 4GiB, logs: 1MiB}, reserve: 0B}\n"
                + "destinations: {local: {maxDeadLetters: 5MiB}}");
    assertThat(config.log().signalQuotaBytes())
        .isEqualTo(Map.of(Signal.TRACES, 4L << 30, Signal.LOGS, 1L << 20));
    assertThat(config.log().reserveBytes()).isZero();
    assertThat(config.destinations().get(0).common().maxDeadLetterBytes()).isEqualTo(5L << 20);
    CollectorConfig defaults = parse("web: off");
    assertThat(defaults.log().signalQuotaBytes()).isEmpty();
    assertThat(defaults.log().reserveBytes()).isEqualTo(16L << 20);
    assertThat(defaults.destinations().get(0).common().maxDeadLetterBytes()).isEqualTo(256L << 20);
    assertThatThrownBy(() -> parse("log: {quotas: {trace: 1GiB}}"))
        .hasMessageContaining("did you mean \"traces\"");
  }

  @Test
  void forwardHasATagAKeyAndTls() throws Exception {
    CollectorConfig config =
        parse(
            """
            destinations:
              forward:
                address: "fluentd:24224"
                tag: node.logs
                sharedKeyFile: /run/key
                tls: {ca: /ca.pem}
                compression: gzip
            """);
    assertThat(config.destinations())
        .singleElement()
        .isEqualTo(
            new DestinationConfig.Forward(
                config.destinations().get(0).common(),
                "fluentd:24224",
                "node.logs",
                new ClientConfig.Tls(Path.of("/ca.pem"), null, null, null, false),
                Path.of("/run/key"),
                null,
                null,
                30_000,
                new Batching(null, null, null),
                true));
  }

  @Test
  void otlpGoesOverHttpWhenToldOrWhenTheAddressHasAPath() throws Exception {
    CollectorConfig config =
        parse(
            """
            destinations:
              a: {type: otlp, endpoint: "http://a:4317"}
              b: {type: otlp, endpoint: "http://a:4318", protocol: http/protobuf}
              c: {type: otlp, endpoint: "https://a/otlp/"}
              d: {type: jaeger, endpoint: "http://a:4317/", protocol: grpc}
              file: {path: /tmp/x.jsonl}
              stdout: {signals: [logs]}
            """);
    assertThat(config.destinations())
        .extracting(d -> d.getClass().getSimpleName())
        .containsExactly("OtlpGrpc", "OtlpHttp", "OtlpHttp", "OtlpGrpc", "File", "Console");
    var file = (DestinationConfig.File) config.destinations().get(4);
    assertThat(file.maxBytes()).isEqualTo(100 << 20);
    assertThat(file.maxFiles()).isEqualTo(5);
  }

  @Test
  void agentsAreAskedForAFormOfMetricsOnlyWhenToldTo() throws Exception {
    assertThat(parse(""))
        .extracting(config -> config.otlp() == null ? null : config.otlp().agents())
        .isEqualTo(new CollectorConfig.MetricsForm(false, false));
    assertThat(parse("receivers: {otlp: {agents: {temporality: delta, histograms: exponential}}}"))
        .extracting(config -> config.otlp() == null ? null : config.otlp().agents())
        .isEqualTo(new CollectorConfig.MetricsForm(true, true));
  }

  @Test
  void aReceiverThatIsNotNamedIsOff() throws Exception {
    CollectorConfig config = parse("receivers: {otlp: {http: \"127.0.0.1:0\"}}");
    assertThat(config.forward()).isNull();
    assertThat(config.otlp()).isNotNull();
    assertThat(config.otlp().grpc()).isNull();
    assertThat(parse("web: off").web()).isNull();
  }

  @Test
  void containersAreReadOnlyWhenAskedFor() throws ConfigException {
    assertThat(parse("receivers: {otlp: {}}").containers()).isNull();
    assertThat(parse("receivers: {containers: {}}").containers())
        .isEqualTo(
            new CollectorConfig.Containers(Path.of("/var/log/pods"), List.of(), true, 256 << 10));
    CollectorConfig.Containers containers =
        parse(
                "receivers: {containers: {directory: /x, exclude: [kube-system, \"*/*/proxy\"],"
                    + " joinStackTraces: no, maxEvent: 1MiB}}")
            .containers();
    assertThat(containers)
        .isEqualTo(
            new CollectorConfig.Containers(
                Path.of("/x"), List.of("kube-system", "*/*/proxy"), false, 1 << 20));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://elastic:se#cret@es:9200",
        "https://elastic:se/cret@es:9200",
        "https://elastic:50%cret@es:9200",
        "https://elastic:se^cret@es:9200",
        "https://elastic:cr@cret@es:9200",
        "elastic:cret@es:9200",
      })
  void aPasswordInAnAddressThatIsNoneIsNotRepeated(String url) {
    ConfigLoader loader = new ConfigLoader(Map.of("ES_URL", url)::get);
    assertThatThrownBy(
            () -> loader.parse("vigia.yaml", "destinations: {elasticsearch: {url: '${ES_URL}'}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("\"…@es:9200\" is not an http:// or https:// address")
        .hasMessageContaining("write # as %23")
        .message()
        .doesNotContain("cret");
  }

  @Test
  void aHeaderThatIsWrittenAsOneTextIsNotRepeated() {
    String text = "headers: \"authorization: Bearer s3cret\"";
    assertThatThrownBy(
            () -> parse("destinations: {otlp: {endpoint: \"http://a:1\", " + text + "}}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("destinations.otlp.headers: expected keys and values here")
        .message()
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "recievers: {}|vigia.yaml:1:1: unknown key \"recievers\"; did you mean \"receivers\"?",
        "receivers: {containers: {exlude: []}}|vigia.yaml:1:26: unknown key \"exlude\" in"
            + " receivers.containers; did you mean \"exclude\"?",
        "receivers: {container: {}}|did you mean \"containers\"?",
        "receivers: {containers: {exclude: [a//b]}}|is not namespace, namespace/pod or",
        "receivers: {containers: {maxEvent: 3MiB}}|from 1KiB to 2MiB",
        "receivers: {forward: {lisen: x}}|vigia.yaml:1:23: unknown key \"lisen\" in"
            + " receivers.forward; did you mean \"listen\"?",
        "destinations: {elastic: {}}|vigia.yaml:1:16: destinations.elastic: unknown destination"
            + " type \"elastic\"; known: elasticsearch",
        "destinations: {jeager: {}}|did you mean \"jaeger\"?",
        "destinations: [a]|vigia.yaml:1:15: destinations: expected keys and values here, found a"
            + " list",
        "web: {listen: [1]}|vigia.yaml:1:15: web.listen: expected one value, found a list",
        "web: {listen: \":8317\"}|is not host:port, like 127.0.0.1:4317",
        "log: {segment: 64}|\"64\" is not a size with a unit, like 512MiB",
        "log: {segment: 0B}|log.segment: must be at least 64KiB",
        "log: {quota: 0B}|log.quota: must be at least 1MiB",
        "log: {quotas: {logs: 0B}}|log.quotas.logs: must be at least 1MiB",
        "log: {durability: interval, interval: 0s}|log.interval: must be at least 1ms",
        "destinations: {local: {}, more: {type: local}}|vigia.yaml:1:27: destinations.more: there is"
            + " one embedded store",
        "destinations: {local: {slice: 0s}}|destinations.local.slice: must be at least 1m",
        "destinations: {local: {retention: 0s}}|destinations.local.retention: must be at least 1m",
        "destinations: {local: {maxBytes: 0B}}|destinations.local.maxBytes: must be at least 16MiB",
        "destinations: {local: {memory: 1B}}|destinations.local.memory: must be at least 16MiB",
        "receivers: {memory: 0B}|receivers.memory: must be at least 1MiB",
        "receivers: {otlp: {stallTimeout: 0s}}|receivers.otlp.stallTimeout: must be at least 100ms",
        "receivers: {otlp: {maxMessage: 0B}}|receivers.otlp.maxMessage: must be at least 1KiB",
        "receivers: {memory: 8MiB, forward: {maxMessage: 9MiB}}|receivers.forward.maxMessage: more"
            + " than receivers.memory",
        "log: {interval: 5 min}|is not a duration with a unit, like 500ms, 30s",
        "data: \"a\\0b\"|vigia.yaml:1:7: data: no path that this system knows (Nul character not allowed)",
        "destinations: {file: {path: \"a\\0b\"}}|destinations.file.path: no path that this system knows",
        "destinations: {otlp: {endpoint: \"http://a:99999\"}}|destinations.otlp.endpoint: \"http://a:99999\""
            + " is not an http:// or https:// address",
        "destinations: {forward: {address: \"a:99999\"}}|\"a:99999\" is not host:port",
        "data: ${NOPE}|vigia.yaml:1:7: data: the environment variable NOPE is not set",
        "destinations: {elasticsearch: {}}|\"url\" is missing; add it, e.g. url: http://",
        "destinations: {elasticsearch: {url: localhost}}|is not an http:// or https:// address",
        "destinations: {jaeger: {endpoint: \"http://a:1\", signals: [logs]}}|takes no logs; it takes"
            + " traces",
        "destinations: {prometheus: {}}|give either remoteWrite:",
        "destinations: {prometheus: {remoteWrite: http://a, remoteWriteVersion: 3}}|\"3\" is none of auto, 1, 2",
        "destinations: {prometheus: {remoteWrite: http://a, nativeHistograms: yes}}|\"yes\" is none of auto, on, off",
        "destinations: {local: {}, local: {}}|destinations.local: given twice",
        "destinations: {otlp: {endpoint: \"http://a:1\", tls: {}}}|needs an address with https://",
        "destinations: {otlp: {endpoint: \"https://a:1\", tls: {cert: c}}}|give cert and key"
            + " together",
        "destinations: {otlp: {endpoint: \"https://a:1\", tls: {caFile: c}}}|unknown key"
            + " \"caFile\" in destinations.otlp.tls",
        "destinations: {otlp: {endpoint: \"http://a:1\", username: u}}|give username and"
            + " passwordFile together",
        "destinations: {otlp: {endpoint: \"http://u:p@a:1\", tokenFile: t}}|in more than one way",
        "destinations: {otlp: {endpoint: \"http://a:1\", headers: {Host: x}}}|belongs to the"
            + " protocol",
        "destinations: {otlp: {endpoint: \"http://a:1\", headers: {\"a b\": x}}}|no HTTP header",
        "destinations: {otlp: {endpoint: \"http://a:1\", compression: zip}}|neither none nor gzip",
        "destinations: {otlp: {endpoint: \"http://a:1\", timeout: 1ms}}|must be from 100ms to 10m",
        "destinations: {otlp: {endpoint: \"http://a:1\", batch: {maxBytes: 1GiB}}}|from 1KiB to"
            + " 16MiB",
        "destinations: {otlp: {endpoint: \"http://a:1\", inFlight: 0}}|from 1 to 64",
        "destinations: {otlp: {endpoint: \"http://a:1/v1/logs\"}}|give it without /v1/",
        "destinations: {otlp: {endpoint: \"http://a:1\", protocol: http/json}}|is none of grpc, http/protobuf",
        "destinations: {forward: {address: a}}|is not host:port",
        "destinations: {forward: {address: \"a:1\", username: u, passwordFile: p}}|give"
            + " sharedKeyFile, username",
        "destinations: {forward: {address: \"a:1\", signals: [traces]}}|takes no traces",
        "destinations: {file: {}}|\"path\" is missing",
        "destinations: {file: {path: x, maxFiles: 0}}|from 1 to 10000",
        "destinations: {file: {path: x, maxBytes: 1kB}}|at least 1MiB",
        "destinations: {stdout: {path: x}}|unknown key \"path\" in destinations.stdout",
        "destinations: {elasticsearch: {url: []}}|empty; give an address",
        "data: [|vigia.yaml:1:",
        "web: {listen: a: b}|not YAML",
      })
  void aMistakeIsOneLineWithPlaceAndRemedy(String yaml, String expected) {
    assertThatThrownBy(() -> parse(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(expected)
        .hasMessageStartingWith("vigia.yaml:")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path dir) {
    assertThatThrownBy(() -> loader.load(dir.resolve("none.yaml")))
        .hasMessageContaining("none.yaml: no such file");
  }

  @Test
  void aFileThatIsNotTextIsNamed(@TempDir Path dir) throws Exception {
    Path file = Files.write(dir.resolve("x.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> loader.load(file)).hasMessageContaining("not UTF-8");
  }
}
