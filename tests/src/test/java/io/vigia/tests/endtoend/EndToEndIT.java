package io.vigia.tests.endtoend;

import static io.vigia.tests.backends.Backend.ELASTICSEARCH;
import static io.vigia.tests.backends.Backend.JAEGER;
import static io.vigia.tests.backends.Backend.PROMETHEUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.vigia.tests.backends.Elasticsearch;
import io.vigia.tests.backends.Needs;
import io.vigia.tests.client.ElasticsearchQueries;
import io.vigia.tests.client.JaegerQueries;
import io.vigia.tests.client.PrometheusQueries;
import io.vigia.tests.demo.DemoServices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * The main job with real servers: two services under the agent, the load, one collector with every
 * destination; asserted is what the backends answer. In the middle of the load each backend is away
 * for a while. The services are then stopped, so that all they had has been handed over, and the
 * counts must be exact.
 */
@Isolated("real servers, counted and timed")
@Needs({ELASTICSEARCH, JAEGER, PROMETHEUS})
class EndToEndIT {
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final Pattern ENTRY = Pattern.compile("entry (\\S+) written.*");
  private static final String PERIOD = "[30m]";

  private static Stack stack;
  private static ElasticsearchQueries logs;
  private static JaegerQueries traces;
  private static PrometheusQueries pushed;
  private static PrometheusQueries pulled;

  /** What the load says it sent, and what was answered. */
  private static JsonNode load;

  @BeforeAll
  static void runTheMainJob() throws InterruptedException {
    stack = new Stack();
    logs = new ElasticsearchQueries(stack.elasticsearch().url());
    traces = new JaegerQueries(stack.jaeger().queryUrl());
    pushed = new PrometheusQueries(stack.pushed().url());
    pulled = new PrometheusQueries(stack.pulled().url());
    try (DemoServices services = new DemoServices(stack.collector())) {
      DemoServices.Load running = services.load(12, 45, 1);
      Thread.sleep(8_000); // traffic before the outages; how much does not matter
      outages();
      load = running.await();
      // the scrape endpoint forgets services that are gone: read while they run
      await()
          .atMost(LIMIT)
          .untilAsserted(
              () ->
                  assertThat(pulled.sum("sum(guestbook_entries_total)"))
                      .as("entries, scraped")
                      .isEqualTo(entries()));
      services.stop();
    }
  }

  @AfterAll
  static void stop() {
    if (stack != null) {
      stack.close();
    }
  }

  /** Jaeger keeps its traces in memory, so it is paused and not stopped. */
  private static void outages() throws InterruptedException {
    Elasticsearch elasticsearch = stack.elasticsearch();
    elasticsearch.stop();
    stack.pushed().kill();
    Thread.sleep(3_000); // an outage has a length
    stack.jaeger().pause();
    stack.pushed().start();
    Thread.sleep(3_000);
    stack.jaeger().resume();
    elasticsearch.start();
  }

  private static long entries() {
    return load.path("entries").path("text").asLong()
        + load.path("entries").path("picture").asLong();
  }

  @Test
  void loadMetAHealthyService() {
    assertThat(load.path("answered").asLong()).isGreaterThan(300);
    assertThat(load.path("unexpected").asLong()).as(load.toPrettyString()).isZero();
  }

  @Test
  void everyEntryIsLoggedInElasticsearchExactlyOnce() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              Map<String, Integer> written = new TreeMap<>();
              logs.forEach(
                  "logs-*",
                  ElasticsearchQueries.term("service.name", "guestbook"),
                  "message",
                  hit -> {
                    Matcher entry = ENTRY.matcher(hit.path("_source").path("message").asText());
                    if (entry.matches()) {
                      written.merge(entry.group(1), 1, Integer::sum);
                    }
                  });
              assertThat(written).hasSize((int) entries());
              assertThat(written.values()).as("times each").containsOnly(1);
            });
  }

  @Test
  void traceIdsOfLogsExistInJaeger() {
    Set<String> ids = new TreeSet<>();
    for (String service : List.of("guestbook", "classifier")) {
      List<String> ofService = new ArrayList<>();
      logs.search("logs-*", ElasticsearchQueries.term("service.name", service), 200)
          .forEach(
              hit -> {
                JsonNode source = hit.path("_source");
                JsonNode id =
                    source.has("trace.id") ? source.path("trace.id") : source.at("/trace/id");
                if (!id.isMissingNode()) {
                  ofService.add(id.asText());
                }
              });
      assertThat(ofService).as("trace ids in logs of " + service).isNotEmpty();
      ids.addAll(ofService);
    }
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(ids).allMatch(id -> traces.trace(id).isPresent(), "is in Jaeger"));
  }

  @Test
  void everyRequestIsATraceInJaeger() {
    long guestbookRequests = requests(kind -> !kind.endsWith("predict"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(Spans.servers(traces.traces("guestbook", 50_000), "guestbook"))
                    .hasSize((int) guestbookRequests));
  }

  @Test
  void aTraceCrossesBothServicesAndRedis() {
    List<JsonNode> crossing =
        traces.traces("classifier", 10_000).stream()
            .filter(trace -> JaegerQueries.servicesOf(trace).contains("guestbook"))
            .toList();
    assertThat(crossing).hasSize((int) load.path("entries").path("picture").asLong());
    assertThat(crossing).anyMatch(trace -> Spans.tag(trace, "db.system", "redis"));
  }

  @Test
  void tracesAreInElasticsearchToo() {
    long guestbookRequests = requests(kind -> !kind.endsWith("predict"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        logs.count(
                            "traces-*", ElasticsearchQueries.term("service.name", "guestbook")))
                    .isGreaterThanOrEqualTo(guestbookRequests));
  }

  @Test
  void jvmMetricsOfBothServicesAreInPrometheus() {
    for (PrometheusQueries prometheus : List.of(pushed, pulled)) {
      for (String job : List.of("guestbook", "classifier")) {
        assertThat(
                prometheus.query(
                    "max_over_time(jvm_memory_used_bytes{job=\"" + job + "\"}" + PERIOD + ")"))
            .as(job)
            .isNotEmpty();
      }
    }
  }

  @Test
  void latencyHistogramCountsEveryRequest() {
    long guestbookRequests = requests(kind -> !kind.endsWith("predict"));
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(
                        pushed.sum(
                            "sum(max_over_time(http_server_request_duration_seconds_count"
                                + "{job=\"guestbook\"}"
                                + PERIOD
                                + "))"))
                    .isEqualTo(guestbookRequests));
    assertThat(
            pushed.query(
                "max_over_time(http_server_request_duration_seconds_bucket{job=\"guestbook\"}"
                    + PERIOD
                    + ")"))
        .isNotEmpty();
  }

  @Test
  void simpleclientMetricsOfTheApplicationsAreExact() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(counter("guestbook_entries_total{kind=\"text\"}"))
                  .isEqualTo(load.path("entries").path("text").asLong());
              assertThat(counter("guestbook_entries_total{kind=\"picture\"}"))
                  .isEqualTo(load.path("entries").path("picture").asLong());
            });
    assertThat(counter("classifier_predictions_total")).isPositive();
  }

  @Test
  void everyPanelOfEveryDashboardHasData() {
    List<Dashboards.Query> queries = Dashboards.queries();
    assertThat(queries).as("queries in dashboards/").hasSizeGreaterThan(10);
    assertThat(queries)
        .allSatisfy(
            query ->
                assertThat(pushed.range(query.promQl(), 10))
                    .as("%s: %s: %s", query.dashboard(), query.panel(), query.promQl())
                    .isNotEmpty());
  }

  @Test
  void everyDestinationIsBalancedAndHasEverything() {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () ->
                assertThat(Conservation.of(stack.collector().metrics()))
                    .isNotEmpty()
                    .allSatisfy(
                        line -> {
                          assertThat(line.balanced()).as(line.toString()).isTrue();
                          assertThat(line.pending()).as(line.toString()).isZero();
                          assertThat(line.dropped()).as(line.toString()).isZero();
                        }));
  }

  private static double counter(String selector) {
    return pushed.sum("sum(max_over_time(" + selector + PERIOD + "))");
  }

  /** How many requests of these kinds were answered. */
  private static long requests(java.util.function.Predicate<String> kind) {
    long count = 0;
    for (var entry : load.path("kinds").properties()) {
      if (kind.test(entry.getKey())) {
        for (JsonNode answers : entry.getValue().path("answers")) {
          count += answers.asLong();
        }
      }
    }
    return count;
  }
}
