package io.vigia.tests.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/** Questions to Prometheus. */
public final class PrometheusQueries {
  private final String url;

  public PrometheusQueries(String url) {
    this.url = url;
  }

  /** The result of an instant query: elements with {@code metric} and {@code value}. */
  public JsonNode query(String promQl) {
    return Http.json(url + "/api/v1/query?query=" + Http.encoded(promQl))
        .path("data")
        .path("result");
  }

  /** The sum of an instant query's values, 0 when there are none. */
  public double sum(String promQl) {
    double sum = 0;
    for (JsonNode series : query(promQl)) {
      sum += Double.parseDouble(series.path("value").path(1).asText());
    }
    return sum;
  }

  /** The result of a range query over the last minutes: elements with {@code values}. */
  public JsonNode range(String promQl, int minutes) {
    long now = Instant.now().getEpochSecond();
    return Http.json(
            url
                + "/api/v1/query_range?step=5&start="
                + (now - minutes * 60L)
                + "&end="
                + now
                + "&query="
                + Http.encoded(promQl))
        .path("data")
        .path("result");
  }

  /** Exemplars of a selector in the last minutes. */
  public JsonNode exemplars(String selector, int minutes) {
    long now = Instant.now().getEpochSecond();
    return Http.json(
            url
                + "/api/v1/query_exemplars?start="
                + (now - minutes * 60L)
                + "&end="
                + now
                + "&query="
                + Http.encoded(selector))
        .path("data");
  }
}
