package io.vigia.tests.oracle;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.JaegerQueries;
import io.vigia.tests.client.PrometheusQueries;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the backends have of the debt.
 *
 * @param untried what the run should have met and did not, so that it proves less than it says
 * @param missing acknowledged ids that are not there, a few of them
 * @param doubled ids that are in Elasticsearch more than once, a few of them
 */
public record Verdict(
    long lost, long doublings, List<String> untried, List<String> missing, List<String> doubled) {
  private static final int SHOWN = 10;

  /** Nothing lost, nothing doubled, and all of it was tried. */
  public boolean good() {
    return lost == 0 && doublings == 0 && untried.isEmpty();
  }

  /**
   * @param untried see {@link #untried}
   */
  static Verdict of(
      List<String> untried,
      Ledger ledger,
      ElasticsearchQueries elasticsearch,
      JaegerQueries jaeger,
      PrometheusQueries prometheus) {
    List<String> missing = new ArrayList<>();
    List<String> doubled = new ArrayList<>();
    Map<String, Integer> counts = new HashMap<>();
    elasticsearch.forEach(
        "logs-*",
        ElasticsearchQueries.ALL,
        "message",
        hit -> counts.merge(hit.path("_source").path("message").asText(), 1, Integer::sum));
    ledger.logs().stream().filter(id -> !counts.containsKey(id)).forEach(missing::add);
    counts.forEach(
        (id, count) -> {
          if (count > 1) {
            doubled.add(id + " x" + count);
          }
        });
    for (long[] id : ledger.traces()) {
      String traceId = "%016x%016x".formatted(id[0], id[1]);
      if (jaeger.trace(traceId).isEmpty()) {
        missing.add("trace " + traceId);
      }
    }
    missing.addAll(missingSamples(ledger.samples(), prometheus));
    return new Verdict(
        missing.size(),
        doubled.size(),
        untried,
        List.copyOf(missing.subList(0, Math.min(SHOWN, missing.size()))),
        List.copyOf(doubled.subList(0, Math.min(SHOWN, doubled.size()))));
  }

  private static List<String> missingSamples(
      List<Ledger.Sample> owed, PrometheusQueries prometheus) {
    Map<String, Set<Long>> seen = new HashMap<>();
    List<String> missing = new ArrayList<>();
    for (Ledger.Sample sample : owed) {
      Set<Long> values =
          seen.computeIfAbsent(sample.series(), series -> values(series, prometheus));
      if (!values.contains(sample.value())) {
        missing.add(sample.series() + "=" + sample.value());
      }
    }
    return missing;
  }

  private static Set<Long> values(String series, PrometheusQueries prometheus) {
    Set<Long> values = new HashSet<>();
    for (JsonNode result : prometheus.query("{__name__=\"" + series + "\"}[6h]")) {
      for (JsonNode point : result.path("values")) {
        values.add((long) Double.parseDouble(point.path(1).asText()));
      }
    }
    return values;
  }

  @Override
  public String toString() {
    return "lost "
        + lost
        + " "
        + missing
        + ", doubled "
        + doublings
        + " "
        + doubled
        + (untried.isEmpty() ? "" : ", but not tried: " + untried);
  }
}
