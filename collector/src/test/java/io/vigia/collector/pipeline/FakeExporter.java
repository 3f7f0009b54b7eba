package io.vigia.collector.pipeline;

import io.vigia.collector.core.CheckResult;
import io.vigia.collector.core.ExportBatch;
import io.vigia.collector.core.ExportResult;
import io.vigia.collector.core.Exporter;
import io.vigia.collector.core.RecordId;
import io.vigia.collector.core.Signal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** A backend in memory whose answers a test decides. Thread-safe. */
final class FakeExporter implements Exporter {
  private final Limits limits;
  private final List<String> delivered = new ArrayList<>();
  private final Set<RecordId> ids = new LinkedHashSet<>();
  private volatile Function<ExportBatch, ExportResult> behaviour =
      batch -> ExportResult.delivered();
  private volatile Runnable whenDoubted = () -> {};
  private volatile int calls;
  private volatile long doubted;
  private final List<CompletableFuture<ExportResult>> unanswered = new ArrayList<>();
  private boolean silent;

  FakeExporter() {
    this(new Limits(10_000, 1_000, 0, 2));
  }

  /** One request at a time, so nothing may overtake. */
  static FakeExporter inOrder() {
    return new FakeExporter(new Limits(10_000, 1_000, 0, 1));
  }

  FakeExporter(Limits limits) {
    this.limits = limits;
  }

  void behave(Function<ExportBatch, ExportResult> behaviour) {
    this.behaviour = behaviour;
  }

  void goDown() {
    behave(batch -> ExportResult.retryAll(batch, "down", 0));
  }

  void comeUp() {
    behave(batch -> ExportResult.delivered());
  }

  /** Answers nothing, until {@link #answerAll}. */
  synchronized void goSilent() {
    silent = true;
  }

  synchronized void answerAll() {
    silent = false;
    unanswered.forEach(answer -> answer.complete(ExportResult.delivered()));
  }

  @Override
  public Set<Signal> signals() {
    return EnumSet.allOf(Signal.class);
  }

  @Override
  public Limits limits() {
    return limits;
  }

  @Override
  public synchronized CompletableFuture<ExportResult> export(ExportBatch batch) {
    calls++;
    if (silent) {
      CompletableFuture<ExportResult> answer = new CompletableFuture<>();
      unanswered.add(answer);
      return answer;
    }
    ExportResult result = behaviour.apply(batch);
    for (int i = 0; i < batch.entries().size(); i++) {
      ExportBatch.Entry entry = batch.entries().get(i);
      int index = i;
      for (int item = 0; item < entry.record().items(); item++) {
        int number = item;
        boolean refused =
            result.refused().stream()
                .anyMatch(r -> r.entry() == index && (r.item() < 0 || r.item() == number));
        boolean retried =
            result.retry().stream()
                .anyMatch(r -> r.record().id().equals(entry.record().id()) && r.wants(number));
        if (entry.wants(item) && !refused && !retried) {
          delivered.add(text(entry) + "/" + item);
          ids.add(entry.record().id());
        }
      }
    }
    return CompletableFuture.completedFuture(result);
  }

  static String text(ExportBatch.Entry entry) {
    return StandardCharsets.UTF_8.decode(entry.record().payload().duplicate()).toString();
  }

  /** What arrived: payload text, slash, item index. */
  synchronized List<String> delivered() {
    return List.copyOf(delivered);
  }

  synchronized Set<RecordId> ids() {
    return Set.copyOf(ids);
  }

  int calls() {
    return calls;
  }

  /** Runs as one of its dispatchers begins, where something may have been delivered before. */
  void whenDoubted(Runnable action) {
    whenDoubted = action;
  }

  @Override
  public void possiblyDelivered(Signal signal, long belowSequence) {
    whenDoubted.run();
    doubted = belowSequence;
  }

  /** Below which record something may be there already, as it was told; 0 when it was not. */
  long doubted() {
    return doubted;
  }

  @Override
  public void start() {}

  @Override
  public CheckResult check() {
    return CheckResult.ok("in memory");
  }

  @Override
  public void close() {}
}
