package io.vigia.collector.export.elasticsearch;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.Signal;
import io.vigia.collector.net.ClientOptions;
import io.vigia.collector.net.Endpoint;
import io.vigia.collector.net.EventLoops;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.net.HttpClient;
import io.vigia.collector.net.HttpFailover;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Logs and traces to the data streams {@code logs-<dataset>-<namespace>} and {@code
 * traces-<dataset>-<namespace>}.
 *
 * <p>Exactly once: every item has an {@code _id} of its own that never changes ({@link DocumentId})
 * and is written with {@code create}, so that a repetition meets 409, which counts as delivered. A
 * data stream that rolled over would not know the id any more, so what may be there already (an
 * earlier process died, or an answer was lost) is looked up first ({@link LookUp}), once no earlier
 * request with it is at work any more ({@link RunningBulks}) and, when that is asked for, none can
 * begin any more ({@link Fence}). {@link BulkResponse} says how answers are judged, {@link Setup}
 * how templates come about. No document is sent before the templates are there.
 */
public final class ElasticsearchExporter implements Exporter {
  /** What a dispatcher puts into one call unless told otherwise. */
  public static final Limits LIMITS = new Limits(3 << 20, 20_000, 100, 4);

  private static final long SETUP_MILLIS = 500;
  private static final long REMOVE_FENCE_MILLIS = 500;

  private final List<Endpoint> endpoints;
  private final String dataset;
  private final String namespace;
  private final int gzipLevel;
  private final Set<Signal> signals;
  private final HttpFailover http;
  private final Setup setup;
  private final ConcurrentLinkedQueue<BulkWriter> writers = new ConcurrentLinkedQueue<>();
  private final Doubtful doubtful = new Doubtful();
  private final Map<String, Fence> fences = new ConcurrentHashMap<>();
  private final Builder settings;

  private ElasticsearchExporter(Builder builder) {
    this.settings = builder;
    this.endpoints = builder.urls.stream().map(url -> Endpoint.parse(url, 0)).toList();
    this.dataset = builder.dataset;
    this.namespace = builder.namespace;
    this.gzipLevel = builder.gzipLevel;
    this.signals = Set.copyOf(builder.signals);
    this.http = new HttpFailover(endpoints.stream().map(e -> client(e, builder.client)).toList());
    this.setup = new Setup(http, dataset, builder.retention, signals);
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Begins to put the templates a moment later, unless a batch comes before; does not wait for it.
   * At once, its many classes would compete with the start of the receivers.
   */
  @Override
  public void start() {
    EventLoops.shared().next().schedule(setup::ready, SETUP_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    fences.values().forEach(fence -> fence.remove(REMOVE_FENCE_MILLIS));
    http.close();
    for (BulkWriter writer = writers.poll(); writer != null; writer = writers.poll()) {
      writer.close();
    }
  }

  @Override
  public Set<Signal> signals() {
    return signals;
  }

  @Override
  public Limits limits() {
    return settings.limits;
  }

  @Override
  public CompletableFuture<ExportResult> export(ExportBatch batch) {
    return setup
        .ready()
        .handle(
            (ready, failure) ->
                failure == null
                    ? unlessThere(batch)
                    : CompletableFuture.completedFuture(
                        ExportResult.retryAll(
                            batch,
                            "index templates for " + http.endpoint() + ": " + text(failure),
                            0)))
        .thenCompose(result -> result);
  }

  @Override
  public void possiblyDelivered(Signal signal, long belowSequence) {
    doubtful.doubt(signal, belowSequence);
  }

  /** Leaves out what is there already, if anything of it may be. */
  private CompletableFuture<ExportResult> unlessThere(ExportBatch batch) {
    boolean lookUp = doubtful.concerns(batch);
    if (!settings.fence) {
      return lookUp ? lookUpAndSend(batch, null) : send(batch, null);
    }
    return fence(batch)
        .alias(doubtful.doubts())
        .handle(
            (alias, failure) -> {
              if (failure != null) {
                return CompletableFuture.completedFuture(
                    ExportResult.retryAll(batch, "fence: " + text(failure), 0));
              }
              return lookUp ? lookUpAndSend(batch, alias) : send(batch, alias);
            })
        .thenCompose(result -> result);
  }

  private Fence fence(ExportBatch batch) {
    long logId = batch.entries().get(0).record().id().logId();
    String stream = stream(batch.signal());
    return fences.computeIfAbsent(stream + logId, key -> new Fence(http, stream, logId));
  }

  private CompletableFuture<ExportResult> lookUpAndSend(ExportBatch batch, @Nullable String alias) {
    return new RunningBulks(http)
        .none(batch)
        .thenCompose(
            none -> new LookUp(http, "/" + stream(batch.signal())).ids(doubtful.ids(batch)))
        .handle(
            (there, failure) ->
                failure == null
                    ? sendBut(batch, there, alias)
                    : CompletableFuture.completedFuture(
                        ExportResult.retryAll(
                            batch, "looking up what is there: " + text(failure), 0)))
        .thenCompose(result -> result);
  }

  private CompletableFuture<ExportResult> sendBut(
      ExportBatch batch, Set<String> there, @Nullable String alias) {
    ExportBatch rest = there.isEmpty() ? batch : Doubtful.without(batch, there);
    int left = rest.items();
    int found = batch.items() - left;
    if (left == 0) {
      return CompletableFuture.completedFuture(
          new ExportResult(found, List.of(), List.of(), 0, null));
    }
    return send(rest, alias)
        .thenApply(
            result ->
                new ExportResult(
                    result.duplicates() + found,
                    result.refused(),
                    result.retry(),
                    result.retryAfterMillis(),
                    result.retryReason()));
  }

  /**
   * @param alias to write through; null for the stream itself
   */
  private CompletableFuture<ExportResult> send(ExportBatch batch, @Nullable String alias) {
    BulkWriter writer = writers.poll();
    if (writer == null) {
      writer = new BulkWriter(gzipLevel);
    }
    ByteBuf body;
    try {
      body = writer.write(batch);
    } finally {
      writers.add(writer);
    }
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("content-type", "application/x-ndjson");
    headers.put(RunningBulks.HEADER, RunningBulks.label(batch));
    if (gzipLevel > 0) {
      headers.put("content-encoding", "gzip");
    }
    String path = "/" + (alias == null ? stream(batch.signal()) : alias) + "/_bulk";
    String url = http.endpoint() + path;
    String target =
        path
            + (alias == null ? "?filter_path=" : "?require_alias=true&filter_path=")
            + BulkResponse.FILTER_PATH;
    return http.send(HttpMethod.POST, target, headers, body)
        .handle(
            (answer, failure) -> {
              if (failure != null || answer.status() >= 500) {
                doubtful.doubt(batch); // it may have come all the same
              }
              if (failure != null) {
                setup.again();
              }
              return failure == null
                  ? judge(batch, answer, url, alias)
                  : ExportResult.retryAll(batch, text(failure), 0);
            });
  }

  private ExportResult judge(
      ExportBatch batch, HttpAnswer answer, String url, @Nullable String alias) {
    Runnable missing =
        () -> {
          if (alias != null) {
            fence(batch).lost(alias);
          }
        };
    int status = answer.status();
    return switch (status) {
      case 200 -> BulkResponse.judge(batch, answer.body(), url, doubtful, missing);
      case 413 -> ExportResult.refusedAll(batch, "too_large", "413 from " + url);
      case 400 ->
          answer.isAboutTheWay()
              ? ExportResult.retryAll(
                  batch,
                  "400 from " + url + " (" + HttpAnswer.CHECK_THE_WAY + "): " + answer.excerpt(),
                  0)
              : ExportResult.refusedAll(batch, "bad_request", answer.excerpt());
      case 401 ->
          ExportResult.retryAll(
              batch, "401 from " + url + ": " + ElasticsearchCheck.WHO, answer.retryAfterMillis());
      case 403 ->
          ExportResult.retryAll(
              batch,
              "403 from "
                  + url
                  + ": "
                  + (ElasticsearchCheck.isAboutRights(answer)
                      ? "the account needs create_doc and auto_configure on the stream"
                      : answer.excerpt()),
              answer.retryAfterMillis());
      default ->
          ExportResult.retryAll(
              batch, status + " from " + url + ": " + answer.excerpt(), answer.retryAfterMillis());
    };
  }

  @Override
  public CheckResult check() {
    List<CompletableFuture<CheckResult>> checks =
        endpoints.stream().map(e -> CompletableFuture.supplyAsync(() -> check(e))).toList();
    return ElasticsearchCheck.combine(checks.stream().map(CompletableFuture::join).toList());
  }

  private CheckResult check(Endpoint endpoint) {
    try (HttpClient client = client(endpoint, settings.client.within(4_000))) {
      return new ElasticsearchCheck(client).run();
    }
  }

  private String stream(Signal signal) {
    return signal.id() + "-" + dataset + "-" + namespace;
  }

  private HttpClient client(Endpoint endpoint, ClientOptions options) {
    return HttpClient.builder(endpoint)
        .options(options)
        .maxConnections(2 * settings.limits.maxInFlight())
        .maxResponseBytes(32 << 20)
        .resends(false) // what may have arrived is looked up first where ids are not known any more
        .build();
  }

  private static String text(Throwable failure) {
    Throwable cause =
        failure instanceof java.util.concurrent.CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElse("");
  }

  /** Settings; only {@code urls} is required. */
  public static final class Builder {
    private List<String> urls = List.of("http://127.0.0.1:9200");
    private String dataset = "vigia";
    private String namespace = "default";
    private String retention = "30d";
    private Set<Signal> signals = EnumSet.of(Signal.LOGS, Signal.TRACES);
    private int gzipLevel = -1;
    private boolean fence;
    private ClientOptions client = ClientOptions.defaults();
    private Limits limits = LIMITS;

    private Builder() {}

    /** {@code http[s]://host:port[/prefix]}, one for each node that takes requests. */
    public Builder urls(List<String> urls) {
      this.urls = List.copyOf(urls);
      return this;
    }

    /** Middle part of the data streams' names. */
    public Builder dataset(String dataset) {
      this.dataset = dataset;
      return this;
    }

    /** Last part of the data streams' names. */
    public Builder namespace(String namespace) {
      this.namespace = namespace;
      return this;
    }

    /** How long documents are kept, in Elasticsearch's units ({@code 30d}); empty for ever. */
    public Builder retention(String retention) {
      this.retention = retention;
      return this;
    }

    /** A subset of logs and traces. */
    public Builder signals(Set<Signal> signals) {
      this.signals = signals;
      return this;
    }

    /** Compress requests; never done towards this machine itself, where it only costs. */
    public Builder gzip(boolean gzip) {
      this.gzipLevel = gzip ? -1 : 0;
      return this;
    }

    /** Write through an alias that is replaced after each doubt ({@link Fence}); default: no. */
    public Builder fence(boolean fence) {
      this.fence = fence;
      return this;
    }

    public Builder client(ClientOptions options) {
      this.client = options;
      return this;
    }

    public Builder limits(Limits limits) {
      this.limits = limits;
      return this;
    }

    /**
     * @throws IllegalArgumentException when a URL is none
     */
    public ElasticsearchExporter build() {
      if (gzipLevel < 0) {
        boolean loopback = urls.stream().allMatch(url -> Endpoint.parse(url, 0).loopback());
        gzipLevel = loopback ? 0 : 1;
      }
      return new ElasticsearchExporter(this);
    }
  }
}
