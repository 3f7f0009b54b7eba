package io.vigia.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProvisioningTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  @Test
  void metricsTracesAndLogsLinkToDataSourcesThatExist() throws IOException {
    JsonNode sources = read("datasources/vigia.yaml").path("datasources");

    assertThat(sources.findValuesAsText("uid")).hasSize(3).doesNotHaveDuplicates();
    assertThat(sources.findValuesAsText("datasourceUid"))
        .hasSizeGreaterThanOrEqualTo(4)
        .isSubsetOf(sources.findValuesAsText("uid"));
  }

  @Test
  void grafanasOwnVariablesAreEscaped() throws IOException {
    String text = read("datasources/vigia.yaml").toString();

    assertThat(text.replace("$$", "")).doesNotContainPattern("\\$\\{?__");
    assertThat(text).contains("${PROMETHEUS_URL}", "${JAEGER_URL}", "${ELASTICSEARCH_URL}");
  }

  @Test
  void providerReadsAFolder() throws IOException {
    assertThat(read("dashboards/vigia.yaml").at("/providers/0/options/path").asText())
        .startsWith("/");
  }

  private static JsonNode read(String file) throws IOException {
    return YAML.readTree(Committed.GRAFANA.resolve("provisioning").resolve(file).toFile());
  }
}
