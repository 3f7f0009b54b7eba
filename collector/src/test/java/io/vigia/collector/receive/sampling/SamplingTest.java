package io.vigia.collector.receive.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vigia.collector.receive.otlp.OtlpReceiver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {
  /** From Jaeger's documentation. */
  private static final String FILE =
      """
      {"service_strategies": [
         {"service": "foo", "type": "probabilistic", "param": 0.8,
          "operation_strategies": [{"operation": "op1", "type": "probabilistic", "param": 0.2}]},
         {"service": "bar", "type": "ratelimiting", "param": 5}],
       "default_strategy": {"type": "probabilistic", "param": 0.5,
          "operation_strategies": [{"operation": "/health", "type": "probabilistic", "param": 0.0}]}}
      """;

  @TempDir Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("sampling.json"), text);
  }

  @Test
  void strategiesFileOfJaegerIsAnsweredInTheFormOfItsClients() throws Exception {
    SamplingStrategies strategies = SamplingStrategies.read(file(FILE));
    JsonNode foo = new ObjectMapper().readTree(strategies.forService("foo"));
    assertThat(foo.at("/strategyType").asText()).isEqualTo("PROBABILISTIC");
    assertThat(foo.at("/probabilisticSampling/samplingRate").asDouble()).isEqualTo(0.8);
    assertThat(foo.at("/operationSampling/defaultSamplingProbability").asDouble()).isEqualTo(0.8);
    assertThat(foo.at("/operationSampling/perOperationStrategies/0/operation").asText())
        .isEqualTo("op1");
    assertThat(foo.at("/operationSampling/perOperationStrategies/1/operation").asText())
        .as("that of the default strategy, too")
        .isEqualTo("/health");
    JsonNode bar = new ObjectMapper().readTree(strategies.forService("bar"));
    assertThat(bar.at("/strategyType").asText()).isEqualTo("RATE_LIMITING");
    assertThat(bar.at("/rateLimitingSampling/maxTracesPerSecond").asDouble()).isEqualTo(5);
    JsonNode other = new ObjectMapper().readTree(strategies.forService("other"));
    assertThat(other.at("/probabilisticSampling/samplingRate").asDouble()).isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{default_strategy: {type: sometimes, param: 1}} | probabilistic or ratelimiting",
        "{default_strategy: {type: probabilistic, param: 2}} | from 0 to 1",
        "{service_strategies: [{type: probabilistic, param: 1}]} | \"service\" is missing",
        "{defaultstrategy: {}} | unknown key \"defaultstrategy\"",
        "[1 | not YAML",
      })
  void badFileIsRefusedWithItsPlace(String text, String words) throws Exception {
    Path bad = file(text);
    assertThatThrownBy(() -> SamplingStrategies.read(bad))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(words);
  }

  @Test
  void whatIsWrongWithAFileThatIsNotThereIsSaid() {
    Path missing = Path.of("/nonexistent/sampling.yaml");
    assertThatThrownBy(() -> StrategiesFile.open(missing))
        .hasMessage("cannot be read (NoSuchFileException); check path and owner");
  }

  @Test
  void changedFileIsUsedAndABrokenOneIsNot() throws Exception {
    Path path = file("{default_strategy: {type: probabilistic, param: 0.25}}");
    AtomicLong nanos = new AtomicLong();
    StrategiesFile strategies = StrategiesFile.open(path, nanos::get);
    assertThat(strategies.current().forService("x")).contains("0.25");
    change(path, "{default_strategy: {type: probabilistic, param: 0.75}}", 1);
    nanos.addAndGet(2_000_000_000L);
    assertThat(strategies.current().forService("x")).contains("0.75");
    change(path, "{default_strategy: {type: ", 2);
    nanos.addAndGet(2_000_000_000L);
    assertThat(strategies.current().forService("x")).contains("0.75");
  }

  private static void change(Path path, String text, int number) throws IOException {
    Files.writeString(path, text);
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_700_000_000_000L + number));
  }

  @Test
  void samplingAndOtlpAreAnsweredOnOneConnection() throws Exception {
    try (OtlpReceiver receiver =
        OtlpReceiver.builder()
            .http(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .intake(batch -> CompletableFuture.completedFuture(null))
            .endpoints(List.of(new SamplingEndpoint(service -> "{\"for\":\"" + service + "\"}")))
            .build()) {
      receiver.start();
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      String base = "http://127.0.0.1:" + receiver.httpAddress().getPort();
      assertThat(get(client, base + "/sampling?service=my%20shop").body())
          .isEqualTo("{\"for\":\"my shop\"}");
      HttpRequest export =
          HttpRequest.newBuilder(URI.create(base + "/v1/traces"))
              .header("Content-Type", "application/x-protobuf")
              .POST(HttpRequest.BodyPublishers.noBody())
              .build();
      assertThat(client.send(export, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      assertThat(get(client, base + "/sampling").statusCode()).isEqualTo(400);
      assertThat(get(client, base + "/sampling?service=a").statusCode()).isEqualTo(200);
    }
  }

  private static HttpResponse<String> get(HttpClient client, String url) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
  }
}
