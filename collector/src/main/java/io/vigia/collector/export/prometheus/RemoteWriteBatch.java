package io.vigia.collector.export.prometheus;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.ExportResult.Refused;
import io.vigia.collector.core.LogRecord;
import io.vigia.collector.net.HttpAnswer;
import io.vigia.collector.otlp.OtlpItems;
import io.vigia.collector.otlp.ProtoWriter;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way: sent as one request; when the data is refused, as two halves, one after the
 * other, and so on down to the offending point. When the server (not the data) is the trouble, it
 * stops: what was not tried is to be retried.
 */
final class RemoteWriteBatch {
  static final String ENABLE_RECEIVER =
      "start Prometheus with --web.enable-remote-write-receiver, or correct the path";

  /** One data point; {@code info} is the target_info sample that goes before it, if any. */
  private record Item(int entry, int index, MetricPoint point, @Nullable MetricPoint info) {}

  private final ExportBatch batch;
  private final RemoteWriteState state;
  private final Function<ProtoWriter, CompletableFuture<HttpAnswer>> sender;
  private final String url;
  private final List<Item> items = new ArrayList<>();
  private final List<Refused> refused = new ArrayList<>();
  private int done;
  private @Nullable String trouble;
  private long retryAfterMillis;

  RemoteWriteBatch(
      ExportBatch batch,
      RemoteWriteState state,
      Function<ProtoWriter, CompletableFuture<HttpAnswer>> sender,
      String url) {
    this.batch = batch;
    this.state = state;
    this.sender = sender;
    this.url = url;
  }

  CompletableFuture<ExportResult> run() {
    convert();
    return send(0, items.size()).thenApply(sent -> result());
  }

  private void convert() {
    OtlpItems walk = new OtlpItems();
    PointConverter converter = state.converter;
    Set<ResourceLabels> told = new HashSet<>();
    for (int e = 0; e < batch.entries().size(); e++) {
      ExportBatch.Entry entry = batch.entries().get(e);
      LogRecord record = entry.record();
      converter.newRecord();
      walk.reset(record);
      while (walk.next()) {
        PointConverter.Converted converted =
            converter.convert(
                walk, record.envelope().attributes(), record.envelope().receiveTimeUnixNanos());
        if (converted == null || !entry.wants(walk.index())) {
          continue; // without a value there is nothing to deliver
        }
        MetricPoint point =
            converted.delta()
                ? state.deltas.add(converted.point(), items.size())
                : converted.point();
        ResourceLabels resource = converter.resource();
        MetricPoint info = told.add(resource) ? resource.info(point.timestampMillis()) : null;
        items.add(new Item(e, walk.index(), point, info));
      }
    }
  }

  private CompletableFuture<Void> send(int from, int to) {
    if (from == to || trouble != null) {
      return CompletableFuture.completedFuture(null);
    }
    return sender
        .apply(request(from, to))
        .handle((answer, failure) -> judge(from, to, answer, failure))
        .thenCompose(next -> next);
  }

  private ProtoWriter request(int from, int to) {
    WriteRequest request = new WriteRequest();
    List<MetricPoint> points = new ArrayList<>();
    for (Item item : items.subList(from, to)) {
      if (item.info != null) {
        points.add(item.info);
      }
      points.add(item.point);
    }
    points.forEach(request::add);
    state.describe(points, request);
    return request.encode();
  }

  private CompletableFuture<Void> judge(
      int from, int to, @Nullable HttpAnswer answer, @Nullable Throwable failure) {
    CompletableFuture<Void> finished = CompletableFuture.completedFuture(null);
    if (answer == null) {
      trouble = failure == null ? "no answer" : String.valueOf(failure.getMessage());
      return finished;
    }
    int status = answer.status();
    if (status / 100 == 2) {
      done = to;
      return finished;
    }
    if (!aboutData(status)) {
      trouble = status + " from " + url + ": " + hint(status) + answer.excerpt();
      retryAfterMillis = answer.retryAfterMillis();
      return finished;
    }
    if (to - from == 1) {
      Item item = items.get(from);
      refused.add(
          new Refused(item.entry, item.index, reason(answer), status + " " + answer.excerpt()));
      done = to;
      return finished;
    }
    int middle = (from + to) >>> 1;
    return send(from, middle).thenCompose(first -> send(middle, to));
  }

  /** Statuses about us or the server are none of the data's fault. */
  private static boolean aboutData(int status) {
    return switch (status) {
      case 401, 403, 404, 405, 407, 408, 415, 421, 425, 426, 429 -> false;
      default -> status >= 400 && status < 500;
    };
  }

  private static String hint(int status) {
    return switch (status) {
      case 401, 403 -> "check the token; ";
      case 404, 405 -> ENABLE_RECEIVER + "; ";
      default -> "";
    };
  }

  private static String reason(HttpAnswer answer) {
    String text = answer.excerpt();
    if (answer.status() == 413) {
      return "too_large";
    }
    if (text.contains("too old")) {
      return "too_old";
    }
    if (text.contains("out of order")) {
      return "out_of_order";
    }
    if (text.contains("out of bounds")) {
      return "out_of_bounds";
    }
    return text.contains("duplicate") ? "duplicate_timestamp" : "bad_request";
  }

  private ExportResult result() {
    state.deltas.commit(done);
    if (trouble == null) {
      return refused.isEmpty()
          ? ExportResult.delivered()
          : new ExportResult(0, refused, List.of(), 0, null);
    }
    List<ExportBatch.Entry> retry = new ArrayList<>();
    BitSet wanted = new BitSet();
    for (int i = done; i < items.size(); i++) {
      Item item = items.get(i);
      wanted.set(item.index);
      if (i + 1 == items.size() || items.get(i + 1).entry != item.entry) {
        retry.add(new ExportBatch.Entry(batch.entries().get(item.entry).record(), wanted));
        wanted = new BitSet();
      }
    }
    return new ExportResult(0, refused, retry, retryAfterMillis, trouble);
  }
}
