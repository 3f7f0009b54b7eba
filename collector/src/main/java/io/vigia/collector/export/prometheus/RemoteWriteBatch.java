package io.vigia.collector.export.prometheus;

import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.ExportResult.Refused;
import io.vigia.collector.export.prometheus.BatchItems.Item;
import io.vigia.collector.export.prometheus.Negotiation.Agreed;
import io.vigia.collector.export.prometheus.Negotiation.Written;
import io.vigia.collector.net.HttpAnswer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One batch on its way. Data that is refused costs itself only: the request is halved, one half
 * after the other, and so on down to the offending point. When the server (not the data) is the
 * trouble, it stops: what was not tried is to be retried.
 *
 * <p>Where very many are refused one after the other (a backlog older than the server takes, a
 * replay), a part is not halved down to each of them: when its first and its last point are
 * refused, alone, so is what is between. The parts grow with the number that was refused since the
 * last time the server took anything, to a sixteenth of it.
 *
 * <p>A receiver of 1.0 takes a request whole or not at all, so a batch is one request. One of 2.0
 * writes the good part of a request that it refuses; sending that part again must be harmless,
 * which it is only for the newest sample of a series (the same once more is no error, an older one
 * is out of order). So a batch goes in rounds there, in each at most one sample of a series, in the
 * order of time. One that takes a request and says that it wrote less than all of it is asked in
 * the same way which it left out.
 */
final class RemoteWriteBatch {
  private static final String NOT_V2 =
      "it does not say what it wrote, so it knows no remote write 2.0; set remoteWriteVersion to"
          + " auto or 1";

  static final String ENABLE_RECEIVER =
      "start Prometheus with --web.enable-remote-write-receiver, or correct the path";

  /** For each point of a part that is not taken apart, so many others were refused before it. */
  private static final int SWEEP = 16;

  /** What Prometheus says of data, by some versions with status 500. */
  private static final Pattern DATA =
      Pattern.compile(
          "out of order sample|out of bounds|too old sample|duplicate sample for timestamp"
              + "|out-of-order native histogram|histogram's observation count|histogram has a "
              + "|histogram spans specify");

  private final ExportBatch batch;
  private final RemoteWriteState state;
  private final Negotiation.Sender sender;
  private final String url;
  private final BatchItems items = new BatchItems();
  private final List<Refused> refused = new ArrayList<>();
  private final BitSet refusedAt = new BitSet();
  private Agreed agreed = new Agreed(false, false);
  private int done;
  private boolean askedAnew;
  private @Nullable String trouble;
  private long retryAfterMillis;

  RemoteWriteBatch(
      ExportBatch batch, RemoteWriteState state, Negotiation.Sender sender, String url) {
    this.batch = batch;
    this.state = state;
    this.sender = sender;
    this.url = url;
  }

  CompletableFuture<ExportResult> run() {
    return state.negotiation.agree(sender).handle(this::begin).thenCompose(result -> result);
  }

  private CompletableFuture<ExportResult> begin(
      @Nullable Agreed answer, @Nullable Throwable failure) {
    if (answer == null) {
      return CompletableFuture.completedFuture(ExportResult.retryAll(batch, message(failure), 0));
    }
    agreed = answer;
    state.deltas.commit(ordinal -> false); // of a batch that was left in the middle
    items.addAll(batch, state);
    CompletableFuture<Void> sent = CompletableFuture.completedFuture(null);
    int from = 0;
    for (int end : items.requests(/* inRounds= */ agreed.v2(), agreed.nativeHistograms())) {
      int begin = from;
      sent = sent.thenCompose(before -> send(begin, end));
      from = end;
    }
    return sent.thenApply(all -> result());
  }

  private static String message(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause == null ? "no answer" : String.valueOf(cause.getMessage());
  }

  private CompletableFuture<Void> send(int from, int to) {
    if (from == to || trouble != null) {
      return CompletableFuture.completedFuture(null);
    }
    WriteRequest request = request(from, to);
    return sender
        .send(agreed.v2() ? request.encodeV2() : request.encodeV1(), agreed.v2())
        .handle((answer, failure) -> judge(from, to, request.samples(), answer, failure))
        .thenCompose(next -> next);
  }

  private WriteRequest request(int from, int to) {
    WriteRequest request = new WriteRequest(agreed.nativeHistograms());
    List<MetricPoint> points = new ArrayList<>();
    for (Item item : items.between(from, to)) {
      MetricPoint info = item.info();
      if (info != null) {
        points.add(info);
      }
      points.add(item.point());
    }
    points.forEach(request::add);
    if (!agreed.v2()) {
      state.describe(points, request);
    }
    return request;
  }

  private CompletableFuture<Void> judge(
      int from, int to, int sent, @Nullable HttpAnswer answer, @Nullable Throwable failure) {
    CompletableFuture<Void> finished = CompletableFuture.completedFuture(null);
    if (answer == null) {
      trouble = message(failure);
      return finished;
    }
    int status = answer.status();
    if (answer.isAboutTheWay() && status != 413) {
      trouble =
          status + " from " + url + " (" + HttpAnswer.CHECK_THE_WAY + "): " + answer.excerpt();
      retryAfterMillis = answer.retryAfterMillis();
      return finished;
    }
    Written written = agreed.v2() ? Written.of(answer) : null;
    if (agreed.v2() && written == null && (status / 100 == 2 || status == 415)) {
      if (state.negotiation.withoutV2(answer)) {
        agreed = new Agreed(false, agreed.nativeHistograms());
        return send(from, to);
      }
      trouble = status + " from " + url + ": " + NOT_V2;
      return finished;
    }
    if (agreed.v2() && written == null && !askedAnew && aboutData(answer)) {
      askedAnew = true; // perhaps it is no word about the data, but of another server than before
      return state
          .negotiation
          .agreeAnew(sender)
          .handle((now, failed) -> agreedAnew(from, to, sent, answer, now, failed))
          .thenCompose(next -> next);
    }
    if (agreed.nativeHistograms() && Negotiation.refusesNative(answer)) {
      state.negotiation.withoutNative(answer);
      agreed = new Agreed(agreed.v2(), false);
      return send(from, to);
    }
    if (status / 100 == 2) {
      if (written == null || written.samples() >= sent) {
        taken(to);
        return finished;
      }
      if (written.samples() == 0) { // no use in taking it apart
        refuse(from, to, answer);
        return finished;
      }
    } else if (!aboutData(answer)) {
      trouble = status + " from " + url + ": " + hint(status) + answer.excerpt();
      retryAfterMillis = answer.retryAfterMillis();
      return finished;
    }
    if (written != null && written.samples() >= sent) { // an exemplar was what it did not like
      taken(to);
      return finished;
    }
    if (to - from == 1) {
      return alone(from, answer);
    }
    if (written != null && written.samples() > 0) {
      state.refusedInARow = 0;
    }
    return (long) (to - from) * SWEEP <= state.refusedInARow
        ? sweep(from, to, answer)
        : halve(from, to);
  }

  private CompletableFuture<Void> halve(int from, int to) {
    int middle = (from + to) >>> 1;
    return send(from, middle).thenCompose(first -> send(middle, to));
  }

  private CompletableFuture<Void> agreedAnew(
      int from,
      int to,
      int sent,
      HttpAnswer answer,
      @Nullable Agreed now,
      @Nullable Throwable failure) {
    if (now == null) {
      trouble = message(failure);
      return CompletableFuture.completedFuture(null);
    }
    if (now.v2()) {
      return judge(from, to, sent, answer, null);
    }
    agreed = now;
    return send(from, to);
  }

  /** Refuses what is between two points that are refused alone, or else takes it apart. */
  private CompletableFuture<Void> sweep(int from, int to, HttpAnswer answer) {
    int last = items.lastWithoutAnOlderOne(from, to);
    if (last - from < 2) {
      return halve(from, to);
    }
    return send(from, from + 1)
        .thenCompose(first -> refusedAt.get(from) ? send(last, last + 1) : send(from + 1, last + 1))
        .thenCompose(second -> between(from, last, answer))
        .thenCompose(third -> send(last + 1, to));
  }

  private CompletableFuture<Void> between(int from, int last, HttpAnswer answer) {
    CompletableFuture<Void> finished = CompletableFuture.completedFuture(null);
    if (!refusedAt.get(from) || trouble != null) {
      return finished;
    }
    if (refusedAt.get(last)) {
      refuse(from + 1, last, answer);
      done = last + 1;
      return finished;
    }
    done = from + 1; // the last one was taken, and those before it wait
    return send(from + 1, last)
        .thenRun(
            () -> {
              if (trouble == null) {
                done = last + 1;
              }
            });
  }

  private void taken(int to) {
    done = to;
    state.refusedInARow = 0;
  }

  private void refuse(int from, int to, HttpAnswer answer) {
    for (int i = from; i < to; i++) {
      refuse(i, answer);
    }
  }

  /** A single item was refused. */
  private CompletableFuture<Void> alone(int at, HttpAnswer answer) {
    Item item = items.get(at);
    if (item.info() != null) { // perhaps only that
      items.set(at, item.withoutInfo());
      return send(at, at + 1);
    }
    refuse(at, answer);
    return CompletableFuture.completedFuture(null);
  }

  private void refuse(int at, HttpAnswer answer) {
    Item item = items.get(at);
    String detail =
        answer.status() / 100 == 2
            ? answer.status() + ", but by its own count it did not write all of it"
            : answer.status() + " " + answer.excerpt();
    refused.add(new Refused(item.entry(), item.index(), reason(answer), detail));
    refusedAt.set(at);
    done = at + 1;
    state.refusedInARow++;
  }

  /** Statuses about us or the server are none of the data's fault. */
  private static boolean aboutData(HttpAnswer answer) {
    int status = answer.status();
    return switch (status) {
      case 401, 403, 404, 405, 407, 408, 415, 421, 425, 426, 429 -> false;
      case 500 -> DATA.matcher(answer.excerpt()).find();
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
    String text = answer.excerpt().replace('-', ' '); // Mimir: "out-of-order samples"
    if (answer.status() / 100 == 2) {
      return "not_written";
    }
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
    BitSet delivered = new BitSet();
    Map<Integer, BitSet> wanted = new TreeMap<>();
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      if (i < done) {
        delivered.set(item.ordinal());
      } else {
        wanted.computeIfAbsent(item.entry(), e -> new BitSet()).set(item.index());
      }
    }
    state.deltas.commit(delivered::get);
    if (trouble == null) {
      return refused.isEmpty()
          ? ExportResult.delivered()
          : new ExportResult(0, refused, List.of(), 0, null);
    }
    List<ExportBatch.Entry> retry = new ArrayList<>();
    wanted.forEach(
        (entry, left) ->
            retry.add(new ExportBatch.Entry(batch.entries().get(entry).record(), left)));
    return new ExportResult(0, refused, retry, retryAfterMillis, trouble);
  }
}
